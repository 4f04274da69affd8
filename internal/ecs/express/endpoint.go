package express

import "github.com/ecs-emulator/ecs-emulator/internal/base/store"

var (
	servicesByToken = services.Index(func(s *Service) string { return s.Token })
	servicesOfVPC   = services.Index(func(s *Service) string { return s.Network.VPC })
)

// OfVPC are the services that run in a VPC, deleted ones included.
func OfVPC(tx *store.Tx, vpc string) []*Service { return servicesOfVPC.List(tx, vpc) }

// ByToken returns the service with a token, or nil.
func ByToken(tx *store.Tx, token string) *Service {
	for _, s := range servicesByToken.List(tx, token) {
		return s
	}
	return nil
}
