package doctor

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/backend/diagnosis"
)

// Names are what names lead to on this machine.
type Names struct {
	// Outside is a name of a registry that most images come from, and OutsideErr why it is not found; empty: it is not needed.
	Outside    string
	OutsideErr error
	// Loopback says that localhost leads to 127.0.0.1.
	Loopback bool
	// Endpoint is the host of the endpoint where that is a name, and EndpointErr why it is not found.
	Endpoint    string
	EndpointErr error
}

// JudgeNames says which names are not found. The engine asks this machine's servers for its containers, if it runs here.
func JudgeNames(n Names, e diagnosis.Engine) diagnosis.Check {
	v := about(dnsCheck)
	switch {
	case n.Outside == "":
	case n.OutsideErr != nil:
		v.degrade("look at /etc/resolv.conf; without a network, images have to be local", "%s is not found (%s): no image is pulled from a registry elsewhere", n.Outside, reasonOf(n.OutsideErr))
	default:
		v.note("%s is found", n.Outside)
	}
	if n.Loopback {
		v.note("localhost leads to 127.0.0.1")
	} else {
		v.degrade("add the line `127.0.0.1 localhost` to the hosts file, or write 127.0.0.1", "localhost does not lead to 127.0.0.1: no client reaches the emulator by that name")
	}
	if n.EndpointErr != nil {
		v.degrade("correct --endpoint or AWS_ENDPOINT_URL, or add the name to the hosts file", "the endpoint's name %s is not found (%s)", n.Endpoint, reasonOf(n.EndpointErr))
	}
	if e.Product == "docker" && !e.HostGateway {
		v.degrade("", "containers do not find the engine's host as host.docker.internal: the engine has no default bridge, or is older than 20.10")
	}
	return v.check()
}

// reasonOf leaves out the name that an error of the resolver begins with.
func reasonOf(err error) string {
	text := oneLine(err)
	if _, reason, found := strings.Cut(text, ": "); found && strings.HasPrefix(text, "lookup ") {
		return reason
	}
	return text
}
