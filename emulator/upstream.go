package emulator

import (
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
// which the emulator itself wants no more than any client does. That of logs, where it puts the
// output of containers, is not written yet, so they stay here rather than in two places.
var handedOver = []string{"secretsmanager", "ssm"}

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

// openUpstream has the upstream's address, which is not the emulator's own.
func (s *Server) openUpstream() (err error) {
	if s.opts.Upstream == "" {
		return nil
	}
	if s.upstream, err = handlers.ParseUpstream(s.opts.Upstream); err != nil {
		return err
	}
	if own := s.listener.Addr().(*net.TCPAddr); isOwn(s.upstream, own) {
		return fmt.Errorf("upstream %s is the emulator itself, which listens at %s", s.upstream, own)
	}
	return nil
}

// isOwn tells whether a URL leads to the address of a listener on this machine.
func isOwn(to *url.URL, own *net.TCPAddr) bool {
	if to.Port() != strconv.Itoa(own.Port) {
		return false
	}
	ip := net.ParseIP(to.Hostname())
	loopback := to.Hostname() == "localhost" || ip.IsLoopback() || ip.IsUnspecified()
	return loopback && (own.IP.IsLoopback() || own.IP.IsUnspecified()) || ip.Equal(own.IP)
}

// owned are the services without those that are left to the upstream.
func (o Options) owned(all []awsapi.Service) []awsapi.Service {
	return slices.DeleteFunc(all, func(s awsapi.Service) bool { return slices.Contains(o.UpstreamFor, s.Name) })
}
