package command

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// ForwardWord is what the sandbox program reads of a forward: "tcp/8000-8009=10.0.0.9:80".
func ForwardWord(p backend.PortForward) string {
	if p.More == 0 {
		return fmt.Sprintf("%s/%d=%s", p.Protocol, p.Port, p.To)
	}
	return fmt.Sprintf("%s/%d-%d=%s", p.Protocol, p.Port, p.Port+p.More, p.To)
}
