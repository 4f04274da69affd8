package handlers

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/control"
	"github.com/ecs-emulator/ecs-emulator/handlers/datachannel"
)

// guard keeps web pages out. The emulator has no login, so that any page that can send it a
// request can start containers, and a browser sends requests of any page to any address.
// Clients of AWS differ from a browser with a page in two ways:
//
//   - A browser says that the page is of another origin, in Sec-Fetch-Site or Origin.
//     Clients of AWS send neither.
//   - A page can point its own host name at this machine (DNS rebinding), and is then of
//     the same origin as the emulator. Its name stands in Host. Clients of AWS are told
//     an endpoint, and its host is one of a few kinds or known to the user.
type guard struct {
	origins http.CrossOriginProtection
	// allowed are names of hosts that the user has added, as hostName returns them.
	allowed []string
}

// keptFromPages has browsers keep answers from pages of other origins, which could ask for scripts and images.
var keptFromPages = http.Header{"Cross-Origin-Resource-Policy": {"same-origin"}, "X-Content-Type-Options": {"nosniff"}}

// CheckHosts refuses what cannot be in [Parts].AllowedHosts.
func CheckHosts(allowed []string) error {
	for _, host := range allowed {
		if name := hostName(host); !isHostName(name) || strings.Contains(host, ":") {
			return fmt.Errorf("allowed host %q is no host name such as ecs.example.com, without scheme, port and wildcard", host)
		}
	}
	return nil
}

func newGuard(allowed []string) *guard {
	g := &guard{}
	for _, host := range allowed {
		g.allowed = append(g.allowed, hostName(host))
	}
	return g
}

// refusal is why a request does not get in, for its sender and the log. It is empty for
// one that does.
func (g *guard) refusal(r *http.Request) string {
	if name := hostName(r.Host); !g.knows(name) && overNetwork(r) {
		if !isHostName(name) {
			return fmt.Sprintf("refused: %.200q is no host name", r.Host)
		}
		return fmt.Sprintf("refused: the host name %.200s is not known to the emulator, and could be that of a web page. "+
			"To use it, start the emulator with --allowed-hosts %[1]s (in Go: Options.AllowedHosts)", name)
	}
	return g.ofPage(asCall(r))
}

// ofPage is why a request of a page of another origin does not get in.
func (g *guard) ofPage(r *http.Request) string {
	if g.origins.Check(r) == nil {
		return ""
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		origin = "Sec-Fetch-Site: " + r.Header.Get("Sec-Fetch-Site")
	}
	return fmt.Sprintf("refused: sent by a page of another origin (%.200s). Such pages cannot be allowed; "+
		"a program is, if it sends neither Origin nor Sec-Fetch-Site", origin)
}

// forwardRefusal is refusal for what goes to the upstream, of which the emulator does not know which
// requests change something, or whether it lets pages read its answers.
func (g *guard) forwardRefusal(r *http.Request) string {
	call := *r
	call.Method = http.MethodPost
	return g.ofPage(&call)
}

// overNetwork reports whether a server took the request from a connection. One that a
// test made for Server.Handler with httptest.NewRequest has the Host example.com, and no
// DNS name has led it here.
func overNetwork(r *http.Request) bool { return r.Context().Value(http.LocalAddrContextKey) != nil }

// asCall lets a call of AWS Query and the upgrades to data channels and to exec count as calls: they
// may be a GET, which CrossOriginProtection takes for a read.
func asCall(r *http.Request) *http.Request {
	query := r.URL.Path == "/" && r.URL.RawQuery != ""
	upgrade := strings.HasPrefix(r.URL.Path, datachannel.Prefix) || r.URL.Path == control.ExecPath
	if r.Method != http.MethodGet || !query && !upgrade {
		return r
	}
	call := *r
	call.Method = http.MethodPost
	return &call
}

// knownDomains are the domains of which each name is known. Only the resolver of this
// machine answers for localhost, and only AWS for AWS's.
var knownDomains = []string{".localhost", "." + localStack, ".amazonaws.com", ".amazonaws.com.cn", ".api.aws"}

// knownNames are names that lead to this machine.
var knownNames = []string{"host.docker.internal", localStack}

// localStack and the names below it lead to 127.0.0.1, and no page is there. Scripts for LocalStack have them.
const localStack = "localhost.localstack.cloud"

// dataPrefix is what SDKs put before the host of DiscoverInstances, also where it is one that they were told.
// Source: the service model of Cloud Map.
const dataPrefix = "data-"

// knows reports whether a name that hostName has returned may lead to the emulator. One
// without a dot is of this machine or its network, such as a service of a compose
// project: no page has such a name, nor an address that it could change.
func (g *guard) knows(name string) bool {
	if name == "" { // HTTP/1.0
		return true
	}
	name = strings.TrimPrefix(name, dataPrefix)
	if isHostName(name) {
		if !strings.Contains(name, ".") || slices.Contains(knownNames, name) || slices.Contains(g.allowed, name) {
			return true
		}
		for _, domain := range knownDomains {
			if strings.HasSuffix(name, domain) {
				return true
			}
		}
	}
	address, err := netip.ParseAddr(name)
	return err == nil && address.Zone() == ""
}

// hostName is what the header Host names, without port and brackets, without the dot at
// the end of a complete name, in lower case.
func hostName(host string) string {
	if name, port, err := net.SplitHostPort(host); err == nil && strings.Trim(port, "0123456789") == "" {
		host = name
	} else if inner, found := strings.CutPrefix(host, "["); found {
		host = strings.TrimSuffix(inner, "]")
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}

// isHostName reports whether name is made of labels, as hostName returns them. An
// underscore is in names of compose services.
func isHostName(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789-_"
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || strings.Trim(label, letters) != "" {
			return false
		}
	}
	return true
}

// keepOut answers what the guard refuses, in the form of the API that was asked for.
func (e *endpoint) keepOut(w http.ResponseWriter, r *http.Request, reason string) {
	e.Log.Warn("request refused", "status", http.StatusForbidden, "method", r.Method, "path", r.URL.Path, "reason", reason)
	if control.Has(r.URL.Path) {
		control.Refuse(w, http.StatusForbidden, reason)
		return
	}
	writer(r)(w, &awsapi.Error{Code: "AccessDeniedException", Status: http.StatusForbidden, Message: reason})
}
