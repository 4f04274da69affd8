package swarm

import "strconv"

// An overlay packs each packet into another one, whose headers take 50 bytes: Ethernet, IP, UDP and VXLAN. Without
// an option its packets are such that they fit into 1,500 bytes.
// Source: RFC 7348, section 5; Moby, libnetwork/drivers/overlay.
const (
	vxlanHeaders = 50
	usualMTU     = 1500
	mtuOption    = "com.docker.network.driver.mtu"
)

// PacketOptions are the options of a network for hosts with packets of such sizes, in bytes; zero is not known, and counts as
// the usual one.
func PacketOptions(sizes []int) map[string]string {
	least := 0
	for _, size := range sizes {
		if size == 0 {
			size = usualMTU
		}
		if least == 0 || size < least {
			least = size
		}
	}
	if least == 0 || least == usualMTU {
		return nil
	}
	return map[string]string{mtuOption: strconv.Itoa(least - vxlanHeaders)}
}
