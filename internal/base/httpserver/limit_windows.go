package httpserver

// MostConnections is how many connections clients may have at once: Windows has no limit of open files.
func MostConnections() int { return 0 }
