// Package upstream is which server has the services that the emulator does not have, and which of the
// emulator's own are left to it.
package upstream

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers"
)

// leavable are the services that an upstream may have in place of the emulator: those of
// which the emulator itself wants no more than any client does.
var leavable = []string{"logs", "secretsmanager", "ssm"}

// Check refuses an upstream that cannot be: its address, and the services that are left to it.
func Check(address string, services []string) error {
	for _, name := range services {
		switch {
		case name == "ecs":
			return errors.New("ecs cannot be left to the upstream: the emulator is ECS")
		case !slices.Contains(leavable, name):
			return fmt.Errorf("%q cannot be left to the upstream: only %s can", name, strings.Join(leavable, ", "))
		}
	}
	if address == "" {
		if len(services) > 0 {
			return fmt.Errorf("%s cannot be left to the upstream without its URL: set --upstream", strings.Join(services, ", "))
		}
		return nil
	}
	_, err := handlers.ParseUpstream(address)
	return err
}

// Open finds the way to the upstream, nil if there is no address. The upstream is not the emulator
// itself, which listens at own. Where that has another name for it, or two emulators are each
// other's, requests that go round are refused.
func Open(address string, own *net.TCPAddr) (*handlers.Upstream, error) {
	if address == "" {
		return nil, nil
	}
	to, err := handlers.ParseUpstream(address)
	if err != nil {
		return nil, err
	}
	here, err := net.InterfaceAddrs()
	if err != nil {
		return nil, fmt.Errorf("look whether the upstream is the emulator itself: %w", err)
	}
	if isOwn(to, own, here) {
		return nil, fmt.Errorf("upstream %s is the emulator itself, which listens at %s", to, own)
	}
	found := handlers.NewUpstream(to)
	found.CheckAccount = true
	return found, nil
}

// isOwn tells whether a URL leads to the address of a listener on this machine, whose addresses
// are here.
func isOwn(to *url.URL, own *net.TCPAddr, here []net.Addr) bool {
	port := cmp.Or(to.Port(), map[string]string{"http": "80", "https": "443"}[to.Scheme])
	if port != strconv.Itoa(own.Port) {
		return false
	}
	name := strings.TrimSuffix(strings.ToLower(to.Hostname()), ".")
	ip := net.ParseIP(name)
	if name == "localhost" || strings.HasSuffix(name, ".localhost") || ip.IsUnspecified() {
		return own.IP.IsLoopback() || own.IP.IsUnspecified()
	}
	if !own.IP.IsUnspecified() {
		return ip.Equal(own.IP)
	}
	return ip.IsLoopback() || slices.ContainsFunc(here, func(a net.Addr) bool {
		of, isNet := a.(*net.IPNet)
		return isNet && of.IP.Equal(ip)
	})
}
