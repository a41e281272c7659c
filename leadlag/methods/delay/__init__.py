"""At which lag a lead acts, and which lags it may be."""
