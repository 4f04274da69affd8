package gateway

import (
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
)

// Access says what operations ask. It is a guess: the reference that was read has no gateways but their condition key.
func (a *API) Access() awsapi.Rows {
	one := awsapi.On("gateway/{Gateway}").Key("ecs:gateway", "gateway/{Gateway}")
	withCluster := one.Key("ecs:cluster", "cluster/{Cluster}")
	return awsapi.Rows{
		"AssociateGatewayWithCluster":    withCluster,
		"DisassociateGatewayFromCluster": withCluster,
		"ListGatewayClusterAssociations": withCluster,
		"ListGatewayRoutes":              withCluster,
		"CreateGateway":                  passesRole(a.WithTags(awsapi.On("gateway/{Name}")), func(in *sdk.CreateGatewayInput) *string { return in.InfrastructureRoleArn }),
		"UpdateGateway":                  passesRole(one, func(in *sdk.UpdateGatewayInput) *string { return in.InfrastructureRoleArn }),
		"DeleteGateway":                  one,
		"DescribeGateway":                one,
		"DescribeGatewayResources":       one,
		"DescribeGatewayRoute":           awsapi.On("{GatewayRouteArn}"),
		"ListGateways":                   awsapi.On("*"),
	}
}

func passesRole[In any](r awsapi.Row, role func(in In) *string) awsapi.Row {
	return awsapi.With(r.Shows("iam:PassRole on the roles of the request").May("iam:PassedToService"), func(_ awsapi.Call, in In, wants []awsapi.Access) []awsapi.Access {
		return append(wants, kit.Passes(iam.ECS, role(in))...)
	})
}
