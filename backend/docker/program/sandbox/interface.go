//go:build linux

package main

import (
	"encoding/binary"
	"errors"
	"syscall"
)

// vpcInterface answers with the name of the interface of the VPC. Where the namespace leads out by another one, that
// interface alone has the task's counters:
//
//	interface
//	eth0
func vpcInterface([]string) (string, error) {
	if leads == nil {
		return "", errors.New("the VPC's network leads out")
	}
	table, err := syscall.NetlinkRIB(syscall.RTM_GETLINK, syscall.AF_UNSPEC)
	if err != nil {
		return "", err
	}
	messages, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return "", err
	}
	return nameOf(leads.own.link, messages)
}

// nameOf finds the name of an interface among the entries of the table of interfaces.
// Source: rtnetlink(7).
func nameOf(link [4]byte, table []syscall.NetlinkMessage) (string, error) {
	for _, m := range table {
		attributes, err := syscall.ParseNetlinkRouteAttr(&m)
		if err != nil || m.Header.Type != syscall.RTM_NEWLINK || [4]byte(m.Data[4:8]) != link {
			continue
		}
		for _, a := range attributes {
			if a.Attr.Type == syscall.IFLA_IFNAME {
				return textOf(a.Value), nil
			}
		}
	}
	return "", errors.New("no interface " + decimal(uint64(binary.LittleEndian.Uint32(link[:]))))
}
