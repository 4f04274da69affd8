package proxy

import (
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer/listener"
)

// maxForwarded is how many addresses X-Forwarded-For may have; with more the answer is 463.
const maxForwarded = 30

func tooManyForwarded(h http.Header) bool {
	n := 0
	for _, v := range h["X-Forwarded-For"] {
		n += strings.Count(v, ",") + 1
	}
	return n > maxForwarded
}

// isForwarded is for fields in which proxies before this one tell of the client.
func isForwarded(name string) bool {
	switch name {
	case "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto":
		return true
	}
	return false
}

// setForwarded tells the target who asked, and how.
func setForwarded(out, in http.Header, client netip.AddrPort, l *listener.Listener) {
	s := &l.Settings
	switch s.XForwardedFor {
	case "remove":
		delete(out, "X-Forwarded-For")
	case "preserve":
		if prior, ok := in["X-Forwarded-For"]; ok {
			out["X-Forwarded-For"] = prior
		}
	default:
		address := client.Addr().String()
		if s.ClientPort {
			address = client.String()
		}
		if prior := in["X-Forwarded-For"]; len(prior) > 0 {
			address = strings.TrimPrefix(strings.Join(prior, ", ")+", ", ", ") + address
		}
		out["X-Forwarded-For"] = []string{address}
	}
	out["X-Forwarded-Proto"], out["X-Forwarded-Port"] = l.ForwardedProto, l.ForwardedPort
	if host, ok := in["X-Forwarded-Host"]; ok { // not the balancer's
		out["X-Forwarded-Host"] = host
	}
	if forwarded, ok := in["Forwarded"]; ok {
		out["Forwarded"] = forwarded
	}
}

// traceID is X-Amzn-Trace-Id: a Root if there was none, else a Self before it; see
// "Request tracing" in the guide.
func traceID(given string, now time.Time) string {
	own := "1-" + hexDigits(uint64(now.Unix())<<32, 8) + "-" + hexDigits(rand.Uint64(), 12) + hexDigits(rand.Uint64(), 12)
	if given == "" {
		return "Root=" + own
	}
	var kept []string
	hasRoot := false
	for field := range strings.SplitSeq(given, ";") {
		name, _, _ := strings.Cut(strings.TrimSpace(field), "=")
		if name != "" && name != "Self" {
			kept = append(kept, strings.TrimSpace(field))
		}
		hasRoot = hasRoot || name == "Root"
	}
	if hasRoot {
		return "Self=" + own + ";" + strings.Join(kept, ";")
	}
	return strings.Join(append([]string{"Root=" + own}, kept...), ";")
}

// hexDigits are the first n digits of a number of 16.
func hexDigits(number uint64, n int) string {
	const digits = "0123456789abcdef"
	var b [16]byte
	for i := range n {
		b[i] = digits[number>>60]
		number <<= 4
	}
	return string(b[:n])
}

// hostFor is the Host header that a target gets. Unless it is to be preserved, it is in small
// letters and has the listener's port where that is not the protocol's usual one, and none where
// it is; see "Host header preservation" in the guide.
func hostFor(host string, s *listener.Settings, port uint16) string {
	if s.PreserveHost {
		return host
	}
	host = strings.ToLower(host)
	name, hasPort := splitPort(host)
	if port == 80 || port == 443 {
		return name
	}
	if hasPort || host == "" {
		return host
	}
	return host + ":" + strconv.Itoa(int(port))
}

// splitPort returns a host without its port.
func splitPort(host string) (name string, had bool) {
	colon := strings.LastIndexByte(host, ':')
	if colon < 0 || strings.IndexByte(host[colon:], ']') >= 0 {
		return host, false
	}
	return host[:colon], true
}

// dropInvalid removes headers whose names have other characters than letters, digits and
// hyphens.
func dropInvalid(h http.Header) {
	for name := range h {
		for i := range len(name) {
			if c := asciiLower(name[i]); (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				delete(h, name)
				break
			}
		}
	}
}
