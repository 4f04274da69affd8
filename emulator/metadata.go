package emulator

import "net"

// taskMetadata is the engine's way from 169.254.170.2 to this process, or nil if it has none.
func (s *Server) taskMetadata() interface{ ListenMetadata() net.Listener } {
	engine, _ := s.engine.(interface{ ListenMetadata() net.Listener })
	return engine
}
