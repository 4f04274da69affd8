package emulator

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
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// handedOver are the services that an upstream may have instead of the emulator: those of
// which the emulator itself wants no more than any client does.
var handedOver = []string{"logs", "secretsmanager", "ssm"}

// checkUpstream refuses an upstream that cannot be.
func (o Options) checkUpstream() error {
	for _, name := range o.UpstreamFor {
		switch {
		case name == "ecs":
			return errors.New("ecs cannot be left to the upstream: it is what the emulator is")
		case !slices.Contains(handedOver, name):
			return fmt.Errorf("%q cannot be left to the upstream: only %s can", name, strings.Join(handedOver, ", "))
		}
	}
	if o.Upstream == "" {
		if len(o.UpstreamFor) > 0 {
			return fmt.Errorf("%s cannot be left to an upstream that is not named", strings.Join(o.UpstreamFor, ", "))
		}
		return nil
	}
	_, err := handlers.ParseUpstream(o.Upstream)
	return err
}

// openUpstream finds the way to the upstream, which is not the emulator itself. Where that has
// another name for it, or two emulators are each other's, requests that go round are refused.
func (s *Server) openUpstream() error {
	if s.opts.Upstream == "" {
		return nil
	}
	to, err := handlers.ParseUpstream(s.opts.Upstream)
	if err != nil {
		return err
	}
	here, err := net.InterfaceAddrs()
	if err != nil {
		return fmt.Errorf("look whether the upstream is the emulator itself: %w", err)
	}
	if own := s.listener.Addr().(*net.TCPAddr); isOwn(to, own, here) {
		return fmt.Errorf("upstream %s is the emulator itself, which listens at %s", to, own)
	}
	s.upstream = handlers.NewUpstream(to)
	s.upstream.CheckAccount = true
	return nil
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

// handsOver tells whether a service is left to the upstream.
func (o Options) handsOver(service string) bool { return slices.Contains(o.UpstreamFor, service) }

// owned are the services without those that are left to the upstream.
func (o Options) owned(all []awsapi.Service) []awsapi.Service {
	return slices.DeleteFunc(all, func(s awsapi.Service) bool { return o.handsOver(s.Name) })
}
