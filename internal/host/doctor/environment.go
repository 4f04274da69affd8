package doctor

import (
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
)

// Environment are the variables and files that clients of AWS read, by names: it has no value of a secret.
type Environment struct {
	Endpoint string // of the emulator
	// Variables are the process's. Values of keys are looked at and never told.
	Variables map[string]string
	// Bundle is why the file of AWS_CA_BUNDLE cannot be used; empty: it can, or there is none.
	Bundle string
	// Profile is the profile that clients use, and Real says that it leads to credentials of AWS.
	Profile string
	Real    bool
}

const (
	bundleVariable = "AWS_CA_BUNDLE"
	keyVariable    = "AWS_ACCESS_KEY_ID"
	allServices    = "AWS_ENDPOINT_URL"
	ignoreVariable = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
)

// JudgeEnvironment says what keeps clients that are started with these variables from the emulator, or leads them to AWS.
func JudgeEnvironment(e Environment) diagnosis.Check {
	v := about(environmentCheck)
	if e.Bundle != "" {
		v.fail("unset "+bundleVariable+", or have it name a file of certificates", "%s names a file that %s: Go programs such as Terraform do not start, and other clients reach nothing by https", bundleVariable, e.Bundle)
	}
	here, elsewhere := e.endpoints()
	if len(elsewhere) > 0 {
		v.degrade(`set it as ecs-emulator env prints, or unset it`, "%s: what clients are led to is not the emulator at %s", strings.Join(elsewhere, ", "), e.Endpoint)
	}
	ignored := strings.EqualFold(e.Variables[ignoreVariable], "true")
	if ignored && len(here) > 0 {
		v.degrade("unset "+ignoreVariable, "%s has clients leave out %s", ignoreVariable, strings.Join(here, ", "))
	}
	if keys := e.realKeys(); keys != "" && (ignored || !slices.Contains(here, allServices)) {
		next := `eval "$(ecs-emulator env)", or AWS_PROFILE with a profile of its own for the emulator`
		if IsRealKey(e.Variables[keyVariable]) {
			next += " and without " + keyVariable
		}
		v.degrade(next, "%s may be of a real account: a client that is not told of the emulator acts there", keys)
	}
	if proxies := e.proxies(); len(proxies) > 0 {
		host := e.host()
		v.fail("export NO_PROXY="+noProxyWith(host), "%s without %s in NO_PROXY: the AWS CLI and boto3 ask the proxy for what is the emulator's", strings.Join(proxies, ", "), host)
	}
	switch {
	case v.status != diagnosis.OK:
	case len(here) > 0:
		v.note("%s: clients are led to %s", strings.Join(here, ", "), e.Endpoint)
	default:
		v.note("no variable leads clients to the emulator, which ecs-emulator env prints, and none keeps them from it")
	}
	return v.check()
}

func noProxyWith(host string) string {
	if host == "127.0.0.1" || host == "localhost" {
		return "127.0.0.1,localhost"
	}
	return "127.0.0.1,localhost," + host
}

// endpoints are the variables that lead clients to the emulator, and to elsewhere.
// Source: AWS SDKs and Tools reference guide, service-specific endpoints.
func (e Environment) endpoints() (here, elsewhere []string) {
	for name, value := range e.Variables {
		switch {
		case value == "" || name != allServices && !strings.HasPrefix(name, allServices+"_"):
		case SameServer(value, e.Endpoint):
			here = append(here, name)
		default:
			elsewhere = append(elsewhere, name)
		}
	}
	slices.Sort(here)
	slices.Sort(elsewhere)
	return here, elsewhere
}

// SameServer reports whether two URLs lead to one port of one machine, as far as names tell.
func SameServer(a, b string) bool {
	one, err := url.Parse(a)
	other, wrong := url.Parse(b)
	if err != nil || wrong != nil {
		return false
	}
	same := one.Hostname() == other.Hostname() || isLoopback(one.Hostname()) && isLoopback(other.Hostname())
	return same && portOf(one) == portOf(other)
}

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case u.Scheme == "https":
		return "443"
	default:
		return "80"
	}
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}

// keyForm is an access key of AWS's: of a user, or of a session. Source: IAM user guide, unique identifiers.
var keyForm = lazyregexp.New(`^(AKIA|ASIA)[A-Z2-7]{16}$`)

// IsRealKey reports whether an access key may be one of AWS's. Its documentation has some that end with EXAMPLE.
func IsRealKey(id string) bool { return keyForm.MatchString(id) && !strings.HasSuffix(id, "EXAMPLE") }

// realKeys names what clients take keys from that may be of a real account. Variables win over a profile, but where AWS_PROFILE
// names it: the SDK for JavaScript takes that one, others the variables.
// Source: credential-provider-node of aws-sdk-js-v3, resolveCredentialChain of aws-sdk-go-v2.
func (e Environment) realKeys() string {
	var found []string
	key := e.Variables[keyVariable]
	if IsRealKey(key) {
		found = append(found, "the keys in "+keyVariable)
	}
	if e.Real && (key == "" || e.Variables["AWS_PROFILE"] != "") {
		found = append(found, "the credentials of the profile "+e.Profile)
	}
	return strings.Join(found, " and ")
}

// proxies are the variables by which clients send what is for the emulator to a proxy. Python's library, of the AWS CLI
// and boto3, makes no exception for loopback addresses, and knows no ranges in NO_PROXY.
// Source: Python's urllib.request, getproxies_environment and proxy_bypass_environment.
func (e Environment) proxies() (names []string) {
	if e.bypassed() {
		return nil
	}
	scheme, _, _ := strings.Cut(e.Endpoint, ":")
	for _, name := range []string{scheme + "_proxy", strings.ToUpper(scheme) + "_PROXY"} {
		if e.Variables[name] != "" {
			names = append(names, name)
		}
	}
	return names
}

func (e Environment) host() string {
	u, err := url.Parse(e.Endpoint)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// bypassed reports whether NO_PROXY has the endpoint's host; the variable in small letters wins.
func (e Environment) bypassed() bool {
	list, set := e.Variables["no_proxy"]
	if !set {
		list = e.Variables["NO_PROXY"]
	}
	host := e.host()
	for entry := range strings.SplitSeq(list, ",") {
		entry = strings.TrimSpace(entry)
		if name, _, err := net.SplitHostPort(entry); err == nil {
			entry = name
		}
		entry = strings.TrimLeft(entry, ".")
		if entry == "*" || entry != "" && (host == entry || strings.HasSuffix(host, "."+entry)) {
			return true
		}
	}
	return false
}
