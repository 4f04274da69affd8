package emulator

import "github.com/aws/aws-sdk-go-v2/service/ecs/types"

// HostPort is a port on the user's loopback address that leads to a task's port.
type HostPort struct {
	Container     string                  `json:"container"`
	ContainerPort int                     `json:"containerPort"`
	Protocol      types.TransportProtocol `json:"protocol"`
	Address       string                  `json:"address"` // 127.0.0.1:49153
}

// HostPorts lists the loopback ports that lead to a running task, TCP and UDP.
func (s *Server) HostPorts(taskARN string) []HostPort {
	var ports []HostPort
	for _, p := range s.currentAgent().HostPorts(taskARN, true) {
		ports = append(ports, HostPort(p))
	}
	return ports
}
