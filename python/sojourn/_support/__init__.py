"""What every wing needs: tables and pages of results, progress."""
