package connector_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service/connector"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
)

// What Elastic Load Balancing would refuse later is refused at once, or the route would fail.
func TestHealthChecksThatNoTargetGroupTakes(t *testing.T) {
	for name, c := range map[string]struct {
		check types.GatewayConnectorHealthCheck
		want  string // of the error; empty: there is none
	}{
		"none":          {},
		"codes":         {types.GatewayConnectorHealthCheck{Matcher: &types.GatewayConnectorHealthCheckMatcher{HttpCode: aws.String("200-299,404")}}, ""},
		"code 9999":     {types.GatewayConnectorHealthCheck{Matcher: &types.GatewayConnectorHealthCheckMatcher{HttpCode: aws.String("9999")}}, "matcher.httpCode"},
		"no code":       {types.GatewayConnectorHealthCheck{Matcher: &types.GatewayConnectorHealthCheckMatcher{HttpCode: aws.String("ok")}}, "matcher.httpCode"},
		"a long path":   {types.GatewayConnectorHealthCheck{HealthCheckPath: aws.String("/" + strings.Repeat("a", 1024))}, "healthCheckPath"},
		"no slash":      {types.GatewayConnectorHealthCheck{HealthCheckPath: aws.String("a")}, "healthCheckPath"},
		"port 0":        {types.GatewayConnectorHealthCheck{HealthCheckPort: aws.Int32(0)}, "healthCheckPort"},
		"as long as it": {types.GatewayConnectorHealthCheck{HealthCheckIntervalSeconds: aws.Int32(5)}, "timeout '5' must be smaller"},
	} {
		err := connector.Check([]types.GatewayConnector{{PortName: aws.String("http"), HealthCheck: &c.check}})
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
