package endpoint

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
)

// gatewayServices are those with gateway endpoints; they have interface endpoints as well.
// Source: VPC user guide, gateway endpoints.
var gatewayServices = []string{"dynamodb", "s3"}

// interfaceServices are the services of AWS's with interface endpoints that ECS users were seen to
// name. Source: AWS PrivateLink guide, services that integrate with AWS PrivateLink.
var interfaceServices = []string{
	"application-autoscaling", "appmesh-envoy-management", "athena", "autoscaling", "cloudformation", "cloudtrail", "codeartifact.api",
	"codeartifact.repositories", "codebuild", "codedeploy", "codepipeline", "config", "dynamodb", "ebs", "ec2", "ec2messages", "ecr.api", "ecr.dkr",
	"ecs", "ecs-agent", "ecs-telemetry", "elasticache", "elasticfilesystem", "elasticloadbalancing", "email-smtp", "events", "execute-api", "fsx", "glue",
	"guardduty-data", "kinesis-firehose", "kinesis-streams", "kms", "lambda", "logs", "monitoring", "rds", "rds-data", "redshift", "s3", "secretsmanager",
	"servicediscovery", "sns", "sqs", "ssm", "ssmmessages", "states", "sts", "sync-states", "synthetics", "xray",
}

// privateNames are the names of services in their regions, where they are not as those of
// their endpoints. Source: AWS PrivateLink guide; Amazon ECR user guide.
var privateNames = map[string]string{
	"codeartifact.api": "codeartifact", "codeartifact.repositories": "d.codeartifact", "ecr.api": "api.ecr", "ecr.dkr": "*.dkr.ecr",
	"kinesis-firehose": "firehose", "kinesis-streams": "kinesis", "ecs-agent": "ecs-a", "ecs-telemetry": "ecs-t",
}

// serviceName is the name of an endpoint service of AWS.
func serviceName(region, service string) string { return "com.amazonaws." + region + "." + service }

func dnsSuffix(scope arn.Scope) string {
	if scope.Partition() == "aws-cn" {
		return ".amazonaws.com.cn"
	}
	return ".amazonaws.com"
}

// endpointService describes a service of AWS: those that have both kinds of endpoints are two.
func endpointService(scope arn.Scope, service string, kind types.ServiceType) types.ServiceDetail {
	name := serviceName(scope.Region, service)
	detail := types.ServiceDetail{
		ServiceName: &name, ServiceId: kit.DerivedID("vpce-svc-", name, string(kind)), ServiceType: []types.ServiceTypeDetail{{ServiceType: kind}},
		ServiceRegion: &scope.Region, AvailabilityZones: ec2network.Zones(scope.Region), Owner: aws.String("amazon"),
		BaseEndpointDnsNames: []string{service + "." + scope.Region + ".vpce" + dnsSuffix(scope)}, AcceptanceRequired: aws.Bool(false),
		ManagesVpcEndpoints: aws.Bool(false), VpcEndpointPolicySupported: aws.Bool(true), Tags: []types.Tag{},
		SupportedIpAddressTypes: []types.ServiceConnectivityType{types.ServiceConnectivityTypeIpv4},
	}
	for _, zone := range detail.AvailabilityZones {
		detail.AvailabilityZoneIds = append(detail.AvailabilityZoneIds, ec2network.ZoneID(zone))
	}
	if kind == types.ServiceTypeGateway {
		detail.BaseEndpointDnsNames = []string{service + "." + scope.Region + dnsSuffix(scope)}
		return detail
	}
	label := service
	if other, found := privateNames[service]; found {
		label = other
	}
	private := label + "." + scope.Region + dnsSuffix(scope)
	detail.PrivateDnsName, detail.PrivateDnsNames = &private, []types.PrivateDnsDetails{{PrivateDnsName: &private}}
	detail.PrivateDnsNameVerificationState = types.DnsNameStateVerified
	return detail
}

// endpointServices are the endpoint services of a region, by name.
func endpointServices(scope arn.Scope) (all []types.ServiceDetail) {
	for _, service := range interfaceServices {
		if slices.Contains(gatewayServices, service) {
			all = append(all, endpointService(scope, service, types.ServiceTypeGateway))
		}
		all = append(all, endpointService(scope, service, types.ServiceTypeInterface))
	}
	return all
}

var endpointServiceValues = kit.Values[types.ServiceDetail](kit.Filters{
	Named:   []string{"owner", "service-name", "service-region", "supported-ip-address-types"},
	Members: map[string]string{"service-type": "ServiceType.ServiceType"},
})

// noService is the error that there is no endpoint service. Source: field reports.
func noService(name string) error {
	return kit.Refuse("InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist", name)
}

// DescribeVpcEndpointServices answers services of AWS by name.
func (a *API) DescribeVpcEndpointServices(ctx context.Context, in *sdk.DescribeVpcEndpointServicesInput) (*sdk.DescribeVpcEndpointServicesOutput, error) {
	scope := kit.Scope(ctx)
	found, err := kit.Describe(endpointServices(scope), in.Filters, in.ServiceNames, "service-name", endpointServiceValues, noService)
	if err != nil {
		return nil, err
	}
	if len(in.ServiceRegions) > 0 && !slices.Contains(in.ServiceRegions, scope.Region) {
		found = found[:0]
	}
	found, next, err := kit.Page(found, func(d types.ServiceDetail) string {
		return *d.ServiceName + " " + *d.ServiceId
	}, in.MaxResults, in.NextToken, 1, 1000)
	out := &sdk.DescribeVpcEndpointServicesOutput{ServiceDetails: found, ServiceNames: []string{}, NextToken: next}
	for _, d := range found {
		if !slices.Contains(out.ServiceNames, *d.ServiceName) {
			out.ServiceNames = append(out.ServiceNames, *d.ServiceName)
		}
	}
	return out, err
}
