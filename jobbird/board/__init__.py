"""The job board: customers, their vacancies and the applications candidates leave on them."""
