package state

import "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"

// Connect is what the tasks of a deployment have of Service Connect: what they offer, and the endpoints that their
// proxies know. Those are the ones that the namespace had when the deployment was made, so replacements and scale-out
// know them, too, and no newer ones. It never changes. The handlers write it with the deployment, the scheduler with
// one that it makes to roll back.
// Source: ECS developer guide, Service Connect concepts, deployment order.
type Connect struct {
	NamespaceARN string
	// Services are what the tasks offer; a client has none.
	Services []ConnectService
	// Endpoints are what they may call, those of their own services included.
	Endpoints []ConnectEndpoint
	// Log is where the proxy's output goes; nil: as that of a container without one. AccessLog is nil without an access
	// log. Debug is its log level.
	Log       *types.LogConfiguration
	AccessLog *types.ServiceConnectAccessLogConfiguration
	Debug     bool
}

// ConnectService is a port of the tasks that others find by its discovery name.
type ConnectService struct {
	PortName      string // of the port mapping
	DiscoveryName string
	DiscoveryARN  string // of the service in Cloud Map
	Container     string
	ContainerPort uint16
	// IngressPort is where the proxy listens; 0 is the container port, which is then redirected to the proxy.
	IngressPort uint16
	// Protocol is http, http2 or grpc; empty is TCP.
	Protocol string
	// IdleSeconds and RequestSeconds are timeouts; nil is AWS's default, 0 is none.
	IdleSeconds, RequestSeconds *int32
}

// ConnectEndpoint is a name and a port by which proxies reach the tasks of a discovery name.
type ConnectEndpoint struct {
	DiscoveryName string
	DiscoveryARN  string // of the service in Cloud Map
	DNSName       string // the alias: <discoveryName>.<namespace> if none was given
	Port          uint16 // of the alias
	Protocol      string // of the ConnectService
	// IdleSeconds and RequestSeconds are those of the ConnectService.
	IdleSeconds, RequestSeconds *int32
	// TestHeader leads requests to green while a blue/green deployment tests it. Without an own rule it is
	// x-amzn-ecs-blue-green-test, with any value.
	TestHeader, TestValue string
}
