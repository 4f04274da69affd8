package ssm

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// documentParameters are the parameters of each document that sessions may have, with what they are
// where they are not given. Source: AWS's documents, as Session Manager's user guide shows them; the
// defaults are remembered.
var documentParameters = map[string]map[string]string{
	ssmsession.RunShell:             {},
	ssmsession.PortForwarding:       {"portNumber": "80", "localPortNumber": "0"},
	ssmsession.RemotePortForwarding: {"portNumber": "80", "localPortNumber": "0", "host": "localhost"},
}

// forwardOf is the port that a document connects to; nil is a shell.
func forwardOf(document string, given map[string][]string) (*ssmsession.Forward, error) {
	defaults, known := documentParameters[document]
	if !known {
		return nil, invalidDocument(document)
	}
	values, err := parametersOf(document, defaults, given)
	if err != nil || len(defaults) == 0 {
		return nil, err
	}
	port, ok := portNumber(values["portNumber"], 1)
	if !ok {
		return nil, badParameter("portNumber", values["portNumber"], "is no port between 1 and 65535")
	}
	if _, ok := portNumber(values["localPortNumber"], 0); !ok {
		return nil, badParameter("localPortNumber", values["localPortNumber"], "is no port between 0 and 65535")
	}
	host := values["host"]
	if document == ssmsession.RemotePortForwarding && !isHost(host) {
		return nil, badParameter("host", host, "is no host name and no address")
	}
	return &ssmsession.Forward{Host: host, Port: port, LocalPort: values["localPortNumber"]}, nil
}

// invalidDocument is said of documents that do not exist (awsome-distributed-ai, an issue), and of
// those that AWS has and the emulator has not, which it names.
func invalidDocument(document string) error {
	text := awsapi.Textf("Document with name %s does not exist.", document)
	if strings.HasPrefix(document, "AWS-") {
		text = awsapi.Textf("Document with name %s does not exist in ecs-emulator, which has %s, %s and %s.", document,
			ssmsession.RunShell, ssmsession.PortForwarding, ssmsession.RemotePortForwarding)
	}
	return &types.InvalidDocument{Message: text}
}

// parametersOf are the values of a document's parameters, of which each has one.
func parametersOf(document string, defaults map[string]string, given map[string][]string) (map[string]string, error) {
	values := map[string]string{}
	maps.Copy(values, defaults)
	for name, list := range given {
		if _, known := defaults[name]; !known {
			return nil, refusal("InvalidParameters", "The document %s has no parameter %s.", document, name)
		}
		if len(list) != 1 {
			return nil, refusal("InvalidParameters", "The parameter %s takes one value, not %d.", name, len(list))
		}
		values[name] = list[0]
	}
	return values, nil
}

// badParameter is the emulator's: what AWS answers is not known.
func badParameter(name, value, why string) error {
	return refusal("InvalidParameters", "The value %q of the parameter %s %s.", value, name, why)
}

func portNumber(text string, least int) (int, bool) {
	port, err := strconv.Atoi(text)
	return port, err == nil && port >= least && port <= 65535 && strconv.Itoa(port) == text
}

// isHost reports whether text is an address or a name of letters, digits, hyphens and underscores.
func isHost(text string) bool {
	if _, err := netip.ParseAddr(text); err == nil {
		return true
	}
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
	labels := strings.Split(strings.TrimSuffix(text, "."), ".")
	return len(text) <= 253 && !slices.ContainsFunc(labels, func(label string) bool {
		return label == "" || len(label) > 63 || strings.Trim(label, letters) != ""
	})
}
