package docker

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

// ListenRegistry implements backend.RegistryHost.
func (e *Engine) ListenRegistry(needed func(context.Context) uint16) net.Listener {
	return e.relay.ListenRegistry(needed)
}

// RegistryPort implements backend.RegistryHost.
func (e *Engine) RegistryPort(ctx context.Context) (uint16, error) { return e.relay.RegistryPort(ctx) }

// LogIn implements backend.RegistryHost: the engine itself asks, and keeps nothing (ECR-34).
func (e *Engine) LogIn(ctx context.Context, address string, login backend.RegistryAuth) error {
	_, err := e.client.RegistryLogin(ctx, client.RegistryLoginOptions{ServerAddress: address, Username: login.Username, Password: login.Password})
	if err == nil {
		return nil
	}
	err = dockerapi.Classify(err)
	if info, unknown := e.client.Info(ctx); unknown == nil && info.RegistryConfig != nil && !trusts(info.RegistryConfig.InsecureRegistryCIDRs, address) {
		return fmt.Errorf(`the engine speaks no plain HTTP to %s: add "insecure-registries": ["127.0.0.0/8"] to its daemon.json: %w`, address, err)
	}
	return err
}

// trusts reports whether an engine speaks plain HTTP to an address, as far as its networks say (ECR-33).
func trusts(networks []netip.Prefix, address string) bool {
	at, err := netip.ParseAddrPort(address)
	return err != nil || slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(at.Addr()) })
}
