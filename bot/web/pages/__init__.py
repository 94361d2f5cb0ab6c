"""The pages: each module shows one place of the site and takes its forms."""
