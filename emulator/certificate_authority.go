package emulator

import "github.com/ecs-emulator/ecs-emulator/internal/acm"

// certificateAuthority is the certificate of who issues those of ACM, as PEM.
func (s *Server) certificateAuthority() (string, error) {
	now := s.clock.Now()
	authority, err := acm.Issuer(s.store.Store, now, s.clock.Wall(now))
	if err != nil {
		return "", err
	}
	return authority.Certificate, nil
}
