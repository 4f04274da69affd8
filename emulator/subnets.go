package emulator

// Subnets are the ids of the default subnets of the default VPC in Options.Region and Options.Account, one for each
// Availability Zone, by zone.
func (s *Server) Subnets() (ids []string) {
	return s.parts.ec2.DefaultSubnets()
}
