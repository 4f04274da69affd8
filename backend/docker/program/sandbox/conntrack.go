//go:build linux

package main

import "syscall"

const (
	getFlow    = conntrackSubsystem<<8 | 1
	deleteFlow = conntrackSubsystem<<8 | 2

	conntrackSubsystem = 1
	sourceChanged      = 1 << 4 // IPS_SRC_NAT
	destinationChanged = 1 << 5 // IPS_DST_NAT
)

// forgetDatagrams has datagrams follow the rules as they are now. The kernel asks the
// rules about the first one of a flow only, and a flow lasts for as long as its sender
// goes on, who knows nothing of connections. A kernel without this interface does not
// forget.
// Source: Linux include/uapi/linux/netfilter/nfnetlink_conntrack.h.
func forgetDatagrams() {
	var ask buffer
	ask.message(getFlow, request|syscall.NLM_F_DUMP, []byte{syscall.AF_INET, 0, 0, 0}, nil)
	var forget buffer
	_ = ask.exchange(netlinkNetfilter, func(m syscall.NetlinkMessage) (done bool, err error) {
		if m.Header.Type == syscall.NLMSG_DONE || m.Header.Type == syscall.NLMSG_ERROR {
			return true, nil
		}
		if flow, ok := strayDatagrams(m); ok {
			forget.message(deleteFlow, request, []byte{syscall.AF_INET, 0, 0, 0}, func() { forget.attribute(1|nested, flow...) })
		}
		return false, nil
	})
	if forget.count > 0 {
		forget.await()
		_ = forget.send(netlinkNetfilter)
	}
}

// strayDatagrams is the addresses and ports of a flow of datagrams that was forwarded, or
// came while its port was free, as the kernel has them. Flows of which only the sender was
// changed are those of containers that ask another host, and wait for the answer.
func strayDatagrams(m syscall.NetlinkMessage) (flow []byte, ok bool) {
	if len(m.Data) < 4 {
		return nil, false
	}
	attributes := attributesOf(m.Data[4:])
	flow = attributes[1]
	status := attributes[3]
	protocol := attributesOf(attributesOf(flow)[2])[1]
	if len(status) != 4 || len(protocol) != 1 || protocol[0] != udp {
		return nil, false
	}
	return flow, status[3]&(sourceChanged|destinationChanged) != sourceChanged
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
