package elasticloadbalancingv2

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/ecs-emulator/ecs-emulator/backend/balancer"
	elbv2 "github.com/ecs-emulator/ecs-emulator/internal/aws/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
)

var (
	albProtocols = []types.ProtocolEnum{types.ProtocolEnumHttp, types.ProtocolEnumHttps}
	nlbProtocols = []types.ProtocolEnum{types.ProtocolEnumTcp, types.ProtocolEnumUdp, types.ProtocolEnumTcpUdp, types.ProtocolEnumTls}
)

// healthSettings are what a request says about health checks. What is absent stays, or has
// its default.
type healthSettings struct {
	enabled                     *bool
	protocol                    types.ProtocolEnum
	port, path                  *string
	interval, timeout, up, down *int32
	matcher                     *types.Matcher
}

func healthOfCreate(in *sdk.CreateTargetGroupInput) *healthSettings {
	return &healthSettings{
		in.HealthCheckEnabled, in.HealthCheckProtocol, in.HealthCheckPort, in.HealthCheckPath,
		in.HealthCheckIntervalSeconds, in.HealthCheckTimeoutSeconds, in.HealthyThresholdCount, in.UnhealthyThresholdCount, in.Matcher,
	}
}

func healthOfModify(in *sdk.ModifyTargetGroupInput) *healthSettings {
	return &healthSettings{
		in.HealthCheckEnabled, in.HealthCheckProtocol, in.HealthCheckPort, in.HealthCheckPath,
		in.HealthCheckIntervalSeconds, in.HealthCheckTimeoutSeconds, in.HealthyThresholdCount, in.UnhealthyThresholdCount, in.Matcher,
	}
}

// apply changes the health check of a group, which has none yet when it is made. Source of the
// texts: ELB0004; those about paths that do not begin with a slash, and about codes of both kinds,
// are the emulator's.
func (s *healthSettings) apply(g *elbv2.TargetGroup) error {
	protocol := s.protocol
	if protocol == "" {
		protocol = g.HealthCheck.Protocol
	}
	h := defaultHealthCheck(g, protocol)
	if old := g.HealthCheck; old.Protocol == h.Protocol {
		h = old
	} else if old.Protocol != "" { // path and codes are the other protocol's
		h.Port, h.Interval, h.Timeout, h.Healthy, h.Unhealthy = old.Port, old.Interval, old.Timeout, old.Healthy, old.Unhealthy
	}
	checksWeb := web(h.Protocol)
	switch {
	case s.enabled != nil && !*s.enabled:
		return invalid("Health check enabled must be true for target groups with target type '%s'", g.Type)
	case !checksWeb && g.ALB():
		return invalid("Health check protocol '%s' must be one of 'HTTP, HTTPS'", h.Protocol)
	case !checksWeb && h.Protocol != types.ProtocolEnumTcp:
		return invalid("Health check protocol '%s' must be one of 'HTTP, HTTPS, TCP'", h.Protocol)
	case !checksWeb && s.path != nil:
		return invalid("Health check paths are not supported for TCP health checks")
	case !checksWeb && s.matcher != nil && (s.matcher.HttpCode != nil || s.matcher.GrpcCode != nil): // Source: field reports
		return badConfiguration("Custom health check matchers are not supported for health checks for target groups with the %s protocol", g.Protocol)
	case s.matcher != nil && s.matcher.GrpcCode != nil && g.ProtocolVersion != "GRPC" && s.matcher.HttpCode == nil:
		return invalid("Health check matcher HTTP code cannot be empty")
	case s.matcher != nil && s.matcher.GrpcCode != nil && g.ProtocolVersion != "GRPC":
		return invalid("A matcher of gRPC codes cannot be specified for target groups without the protocol version 'GRPC'")
	case s.path != nil && !strings.HasPrefix(*s.path, "/"):
		return invalid("Health check path '%s' must begin with a '/' character", *s.path)
	case s.port != nil && !isPort(*s.port) && *s.port != elbv2.TrafficPort:
		return invalid("Health check port '%s' must be within '1-65535' or 'traffic-port'", *s.port)
	}
	set(&h.Path, s.path)
	set(&h.Port, s.port)
	set(&h.Interval, s.interval)
	set(&h.Timeout, s.timeout)
	set(&h.Healthy, s.up)
	set(&h.Unhealthy, s.down)
	if err := match(&h, g, s.matcher); err != nil {
		return err
	}
	switch { // Source: ELB0004; field reports for other protocols than HTTP and HTTPS
	case g.ALB() && h.Interval <= h.Timeout:
		return invalid("Health check timeout '%d' must be smaller than the interval '%d'", h.Timeout, h.Interval)
	case h.Interval < h.Timeout:
		return invalid("Health check timeout '%d' must be smaller than or equal to the interval '%d'", h.Timeout, h.Interval)
	}
	g.HealthCheck = h
	return nil
}

// set takes a value where there is one.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// defaultHealthCheck of a group, by the protocol of its checks. Source: ELB0001;
// ELBv2 API reference, CreateTargetGroup; Elastic Load Balancing guides, health checks.
func defaultHealthCheck(g *elbv2.TargetGroup, protocol types.ProtocolEnum) elbv2.HealthCheck {
	h := elbv2.HealthCheck{Protocol: protocol, Port: elbv2.TrafficPort, Interval: 30, Timeout: 5, Healthy: 5, Unhealthy: 2}
	if protocol == "" {
		h.Protocol = types.ProtocolEnumTcp
		if g.ALB() {
			h.Protocol = types.ProtocolEnumHttp
		}
	}
	switch {
	case g.ProtocolVersion == "GRPC":
		h.Path, h.GRPCCode = "/AWS.ALB/healthcheck", "12"
	case g.ALB():
		h.Path, h.HTTPCode = "/", "200"
	case h.Protocol == types.ProtocolEnumHttp:
		h.Path, h.HTTPCode, h.Timeout = "/", "200-399", 6
	case h.Protocol == types.ProtocolEnumHttps:
		h.Path, h.HTTPCode, h.Timeout = "/", "200-399", 10
	default:
		h.Timeout = 10
	}
	return h
}

// isPort reports whether a text is the number of a port.
func isPort(s string) bool {
	n, err := strconv.Atoi(s)
	return err == nil && n >= 1 && n <= 65535
}

var codes = lazyregexp.New(`^\d+(-\d+)?(,\d+(-\d+)?)*$`)

// match takes the codes of a healthy answer. Source of the ranges: ELBv2 API reference,
// Matcher; ELB0004 for the text about them. That about their form is the emulator's.
func match(h *elbv2.HealthCheck, g *elbv2.TargetGroup, m *types.Matcher) error {
	if m == nil {
		return nil
	}
	given, kind, least, most, to := m.HttpCode, "HTTP", 200, 599, &h.HTTPCode
	switch {
	case g.ProtocolVersion == "GRPC":
		given, kind, least, most, to = m.GrpcCode, "GRPC", 0, 99, &h.GRPCCode
	case g.ALB():
		most = 499
	}
	if given == nil {
		return nil
	}
	malformed := invalid("Health check matcher '%s' must be a list of codes or ranges of codes", *given)
	if !codes.MatchString(*given) {
		return malformed
	}
	for code := range strings.FieldsFuncSeq(*given, func(c rune) bool { return c == ',' || c == '-' }) {
		if n, err := strconv.Atoi(code); err != nil || n < least || n > most {
			return invalid("Health check matcher %s code '%s' must be within '%d-%d' inclusive", kind, code, least, most)
		}
	}
	if _, err := balancer.NewMatcher(*given, least, most); err != nil {
		return malformed
	}
	*to = *given
	return nil
}
