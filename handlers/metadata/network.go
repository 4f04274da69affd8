package metadata

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// Network is one that a container is on, as versions 2 and 3 show it.
type Network struct {
	NetworkMode   string   `json:",omitempty"`
	IPv4Addresses []string `json:",omitempty"`
}

// NetworkV4 says more of a network interface.
type NetworkV4 struct {
	Network
	AttachmentIndex          *int     `json:",omitempty"`
	MACAddress               string   `json:",omitempty"`
	IPv4SubnetCIDRBlock      string   `json:",omitempty"`
	DomainNameServers        []string `json:",omitempty"`
	DomainNameSearchList     []string `json:",omitempty"`
	PrivateDNSName           string   `json:",omitempty"`
	SubnetGatewayIPv4Address string   `json:"SubnetGatewayIpv4Address,omitempty"`
}

// Port is one that others reach a container by.
type Port struct {
	ContainerPort uint16 `json:",omitempty"`
	Protocol      string `json:",omitempty"`
	HostPort      uint16 `json:",omitempty"`
	HostIP        string `json:"HostIp,omitempty"`
}

// networks are the networks of a container. Without an address of its own it has an empty one.
// Source: ECS developer guide, task metadata endpoint version 4; amazon-ecs-agent.
func (c *caller) networks(of *state.Container, d *types.ContainerDefinition, onBridge netip.Addr) []NetworkV4 {
	mode := c.networkMode()
	switch {
	case of.EngineID == "" && !c.fargate():
		return nil
	case aws.ToBool(d.DisableNetworking):
		mode = types.NetworkModeNone
	case mode == types.NetworkModeAwsvpc:
		return c.awsvpc()
	}
	var address string
	if mode == types.NetworkModeBridge && onBridge.IsValid() {
		address = onBridge.String()
	}
	return []NetworkV4{{Network: Network{NetworkMode: string(mode), IPv4Addresses: []string{address}}}}
}

// awsvpc is the network interface of the task. What the VPC's resolver is and which domain it
// has, only Fargate tells.
// Source: ECS developer guide, the examples of both; recorded answers on Fargate.
func (c *caller) awsvpc() []NetworkV4 {
	at := &c.task.Status.Attachment
	if at.PrivateIPv4 == "" {
		return nil
	}
	n := NetworkV4{
		Network:         Network{NetworkMode: string(types.NetworkModeAwsvpc), IPv4Addresses: []string{at.PrivateIPv4}},
		AttachmentIndex: new(int), MACAddress: at.MAC, PrivateDNSName: at.PrivateDNSName,
	}
	if subnet := ec2network.FindSubnet(c.tx, c.task.Scope(), c.task.Placement.SubnetID); subnet != nil {
		block := subnet.CIDR(ec2network.NetworkCIDR(c.tx)).Masked()
		n.IPv4SubnetCIDRBlock = block.String()
		n.SubnetGatewayIPv4Address = netip.PrefixFrom(block.Addr().Next(), block.Bits()).String()
		if vpc := ec2network.FindVPC(c.tx, c.task.Scope(), subnet.VPC); vpc != nil && c.fargate() && vpc.DNSSupport {
			n.DomainNameServers = []string{resolver(c.tx, vpc)}
			n.DomainNameSearchList = []string{ec2network.HostDomain(c.task.Scope())}
		}
	}
	return []NetworkV4{n}
}

// resolver is the address of a VPC's resolver, its third one.
// Source: Amazon VPC user guide, Amazon DNS server; recorded answers.
func resolver(tx *store.Tx, vpc *ec2network.VPC) string {
	network := ec2network.NetworkCIDR(tx)
	if !vpc.Default {
		network = vpc.Ranges()[0]
	}
	return network.Masked().Addr().Next().Next().String()
}

// ports are those that the definition maps: with an interface of the task's own and in host
// mode they are the same outside, in bridge mode those of the container instance, on all of
// its addresses. Source: ECS developer guide; amazon-ecs-agent.
func (c *caller) ports(of *state.Container, d *types.ContainerDefinition) (list []Port) {
	if c.networkMode() == types.NetworkModeBridge {
		for _, b := range of.Bindings {
			for n := range b.More + 1 {
				for _, at := range []string{"0.0.0.0", "::"} {
					list = append(list, Port{b.ContainerPort + n, string(b.Protocol), b.HostPort + n, at})
				}
			}
		}
		return list
	}
	for _, m := range d.PortMappings {
		if m.ContainerPort != nil {
			port := uint16(*m.ContainerPort)
			list = append(list, Port{ContainerPort: port, Protocol: protocol(m), HostPort: port})
		}
	}
	return list
}

func protocol(m types.PortMapping) string {
	if m.Protocol == "" {
		return string(types.TransportProtocolTcp)
	}
	return string(m.Protocol)
}
