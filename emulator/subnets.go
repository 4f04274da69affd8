package emulator

import "github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"

// Subnets are the ids of the default subnets of the default VPC in Options.Region and Options.Account, one for each
// Availability Zone, by zone.
func (s *Server) Subnets() (ids []string) {
	for _, subnet := range ec2network.DefaultSubnets(s.store.Read(), s.scope()) {
		ids = append(ids, subnet.ID)
	}
	return ids
}
