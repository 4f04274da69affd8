package emulator

import (
	"fmt"
	"net"
	"strconv"
)

// checkAddress refuses what has no port: a user who gives 4611 alone means that port of this host.
func checkAddress(address string) error {
	_, _, err := net.SplitHostPort(address)
	if err == nil || address == "" {
		return nil
	}
	example := "127.0.0.1:4577"
	if _, err := strconv.ParseUint(address, 10, 16); err == nil {
		example = "127.0.0.1:" + address
	}
	return fmt.Errorf("%q is no address with a port: write it like %s", address, example)
}
