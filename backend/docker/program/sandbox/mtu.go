//go:build linux

package main

import (
	"encoding/binary"
	"errors"
	"syscall"
)

// mtu says how many bytes a packet may have on the interface that has an address.
func mtu(address string) (string, error) {
	at, err := localAddressOf(address)
	if err != nil {
		return "", err
	}
	table, err := syscall.NetlinkRIB(syscall.RTM_GETLINK, syscall.AF_UNSPEC)
	if err != nil {
		return "", err
	}
	links, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return "", err
	}
	return mtuOf(at.link, links)
}

// mtuOf finds it among the entries of the table of interfaces.
// Source: rtnetlink(7).
func mtuOf(link [4]byte, table []syscall.NetlinkMessage) (string, error) {
	for _, m := range table {
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil || m.Header.Type != syscall.RTM_NEWLINK || [4]byte(m.Data[4:8]) != link {
			continue
		}
		for _, a := range attributes {
			if a.Attr.Type == syscall.IFLA_MTU && len(a.Value) == 4 {
				return decimal(uint64(binary.LittleEndian.Uint32(a.Value))), nil
			}
		}
	}
	return "", errors.New("no interface " + decimal(uint64(binary.LittleEndian.Uint32(link[:]))))
}
