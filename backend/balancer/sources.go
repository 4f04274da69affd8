package balancer

import "embed"

// Sources are those of the data plane, from which the program of a load balancer is built. Their
// hash tells whether a program that was built before is of this state.
//
// Tests, whose names end in t.go after an s, would be half of what is embedded. A test of package program says so if a name
// that ends in st.go asks for a pattern of its own.
//
//go:embed *[^t].go *[^s]t.go */*[^t].go */*[^s]t.go
var Sources embed.FS
