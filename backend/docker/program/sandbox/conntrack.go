//go:build linux

package main

const (
	getFlow    = conntrackSubsystem<<8 | 1
	deleteFlow = conntrackSubsystem<<8 | 2

	conntrackSubsystem = 1
	sourceChanged      = 1 << 4 // IPS_SRC_NAT
	destinationChanged = 1 << 5 // IPS_DST_NAT
)

// forgetDatagrams has datagrams follow the rules as they are now. The kernel asks the
// rules about the first one of a flow only, and a flow lasts for as long as its sender
// goes on, who knows nothing of connections. Flows of which only the sender was
// changed are those of containers that ask another host, and wait for the answer.
func forgetDatagrams() {
	forgetFlows(func(f flow) bool { return f.protocol == udp && !f.asks })
}

// attributesOf are the attributes in a message or in another one, by kind.
func attributesOf(b []byte) map[uint16][]byte {
	all := map[uint16][]byte{}
	for len(b) >= 4 {
		size, kind := int(b[0])|int(b[1])<<8, uint16(b[2])|uint16(b[3])<<8
		if size < 4 || size > len(b) {
			break
		}
		all[kind&^nested] = b[4:size]
		b = b[min((size+3)&^3, len(b)):]
	}
	return all
}
