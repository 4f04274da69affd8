package serviceclient

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elbv2types "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecr"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/elasticloadbalancingv2"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
	"github.com/ecs-emulator/ecs-emulator/handlers/scheduler"
	"github.com/ecs-emulator/ecs-emulator/handlers/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/handlers/servicediscovery"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	scalingrows "github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	autoscalingrows "github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	awsecr "github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	awsiam "github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient/systemtag"
	acmsdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm"
	acmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/acm/types"
	scalingsdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/applicationautoscaling"
	autoscalingsdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	cloudwatchsdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	cloudwatchtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	ec2sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	ecrsdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	ecrtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	ecssdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	elbv2sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/elasticloadbalancingv2"
	iamsdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/iam"
	schedulersdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler"
	schedulertypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/scheduler/types"
	secretssdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
	secretstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager/types"
	discoverysdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery"
	discoverytypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/servicediscovery/types"
	ssmsdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	ssmtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// app is the API of a service.
type app interface{ Service() awsapi.Service }

// untold is what services make that do not tell the Resource Groups Tagging API of it.
func untold(service string) string {
	if service == "iam" {
		return "arn:aws:iam::123456789012:role/r"
	}
	return group.ARN()
}

// tagged is how a service makes a resource with tags, adds tags to it and removes them.
type tagged struct {
	api           func(*store.Store) app
	create        string
	in            func(keys []string) any
	add, remove   string
	adds, removes func(resourceARN string, keys []string) any
}

func tags[T any](keys []string, of func(key *string) T) (list []T) {
	for _, k := range keys {
		list = append(list, of(&k))
	}
	return list
}

var (
	empty   = aws.String("")
	ofEC2   = func(k *string) ec2types.Tag { return ec2types.Tag{Key: k, Value: empty} }
	ofIAM   = func(k *string) iamtypes.Tag { return iamtypes.Tag{Key: k, Value: empty} }
	ofSSM   = func(k *string) ssmtypes.Tag { return ssmtypes.Tag{Key: k, Value: empty} }
	ofELB   = func(k *string) elbv2types.Tag { return elbv2types.Tag{Key: k, Value: empty} }
	ofECS   = func(k *string) ecstypes.Tag { return ecstypes.Tag{Key: k, Value: empty} }
	ofECR   = func(k *string) ecrtypes.Tag { return ecrtypes.Tag{Key: k, Value: empty} }
	ofACM   = func(k *string) acmtypes.Tag { return acmtypes.Tag{Key: k, Value: empty} }
	ofGroup = func(k *string) schedulertypes.Tag { return schedulertypes.Tag{Key: k, Value: aws.String("v")} }
	ofMap   = func(k *string) discoverytypes.Tag { return discoverytypes.Tag{Key: k, Value: empty} }
	ofAlarm = func(k *string) cloudwatchtypes.Tag { return cloudwatchtypes.Tag{Key: k, Value: empty} }
	secret  = func(k *string) secretstypes.Tag { return secretstypes.Tag{Key: k, Value: empty} }
)

var now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }

// last is the part of an ARN behind the last slash.
func last(resourceARN string) *string {
	return aws.String(resourceARN[strings.LastIndexByte(resourceARN, '/')+1:])
}

var (
	group  = &autoscalingrows.Group{Scope: scope, Name: "g", ID: "1"}
	target = &scalingrows.Target{
		Scope: scope, Namespace: "ecs", Resource: "service/c/s", Dimension: "ecs:service:DesiredCount", ID: "0ec5" + strings.Repeat("0", 32), Max: 1,
	}
	ofGroupTags = func(k *string) autoscalingtypes.Tag {
		return autoscalingtypes.Tag{Key: k, Value: empty, ResourceId: &group.Name, ResourceType: aws.String("auto-scaling-group"), PropagateAtLaunch: aws.Bool(true)}
	}
)

// scalable makes tags of a target, as the service has them.
func scalable(keys []string) any {
	tags := map[string]string{}
	for _, k := range keys {
		tags[k] = ""
	}
	return &scalingsdk.TagResourceInput{ResourceARN: aws.String(target.ARN()), Tags: tags}
}

// eachTagged has a way of making something of each service that knows tags, in each protocol.
var eachTagged = map[string]tagged{
	"ec2": {
		func(s *store.Store) app { return ec2.New(ec2.Options{Store: s, Now: now}) },
		"CreateInternetGateway", func(keys []string) any {
			return &ec2sdk.CreateInternetGatewayInput{TagSpecifications: []ec2types.TagSpecification{{ResourceType: "internet-gateway", Tags: tags(keys, ofEC2)}}}
		},
		"CreateTags", "DeleteTags",
		func(id string, keys []string) any {
			return &ec2sdk.CreateTagsInput{Resources: []string{*last(id)}, Tags: tags(keys, ofEC2)}
		},
		func(id string, keys []string) any {
			return &ec2sdk.DeleteTagsInput{Resources: []string{*last(id)}, Tags: tags(keys, ofEC2)}
		},
	},
	"iam": {
		func(s *store.Store) app { return iam.New(s, now, &awsiam.KeyUses{}) },
		"CreateRole", func(keys []string) any {
			return &iamsdk.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String(
				`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`), Tags: tags(keys, ofIAM)}
		},
		"TagRole", "UntagRole",
		func(id string, keys []string) any {
			return &iamsdk.TagRoleInput{RoleName: last(id), Tags: tags(keys, ofIAM)}
		},
		func(id string, keys []string) any { return &iamsdk.UntagRoleInput{RoleName: last(id), TagKeys: keys} },
	},
	"ssm": {
		func(s *store.Store) app { return ssm.New(ssm.Options{Store: s, Now: now}) },
		"PutParameter", func(keys []string) any {
			return &ssmsdk.PutParameterInput{Name: aws.String("p"), Value: aws.String("v"), Type: "String", Tags: tags(keys, ofSSM)}
		},
		"AddTagsToResource", "RemoveTagsFromResource",
		func(id string, keys []string) any {
			return &ssmsdk.AddTagsToResourceInput{ResourceId: aws.String("p"), ResourceType: "Parameter", Tags: tags(keys, ofSSM)}
		},
		func(id string, keys []string) any {
			return &ssmsdk.RemoveTagsFromResourceInput{ResourceId: aws.String("p"), ResourceType: "Parameter", TagKeys: keys}
		},
	},
	"secretsmanager": {
		func(s *store.Store) app { return secretsmanager.New(secretsmanager.Options{Store: s, Now: now}) },
		"CreateSecret", func(keys []string) any {
			return &secretssdk.CreateSecretInput{
				Name: aws.String("s"), Tags: tags(keys, secret), ClientRequestToken: aws.String("11111111-1111-1111-1111-111111111111"),
			}
		},
		"TagResource", "UntagResource",
		func(id string, keys []string) any {
			return &secretssdk.TagResourceInput{SecretId: &id, Tags: tags(keys, secret)}
		},
		func(id string, keys []string) any {
			return &secretssdk.UntagResourceInput{SecretId: &id, TagKeys: keys}
		},
	},
	"ecs": {
		func(s *store.Store) app { return ecs.New(ecs.Options{Base: kit.Base{Store: s, Now: now}}) },
		"CreateCluster", func(keys []string) any { return &ecssdk.CreateClusterInput{Tags: tags(keys, ofECS)} },
		"TagResource", "UntagResource",
		func(id string, keys []string) any {
			return &ecssdk.TagResourceInput{ResourceArn: &id, Tags: tags(keys, ofECS)}
		},
		func(id string, keys []string) any { return &ecssdk.UntagResourceInput{ResourceArn: &id, TagKeys: keys} },
	},
	"elasticloadbalancing": {
		func(s *store.Store) app {
			return elasticloadbalancingv2.New(elasticloadbalancingv2.Options{Store: s, Now: now})
		},
		"CreateTargetGroup", func(keys []string) any {
			return &elbv2sdk.CreateTargetGroupInput{
				Name: aws.String("g"), TargetType: "ip", Protocol: "HTTP", Port: aws.Int32(80), VpcId: aws.String(ec2network.DefaultVPC), Tags: tags(keys, ofELB),
			}
		},
		"AddTags", "RemoveTags",
		func(id string, keys []string) any {
			return &elbv2sdk.AddTagsInput{ResourceArns: []string{id}, Tags: tags(keys, ofELB)}
		},
		func(id string, keys []string) any {
			return &elbv2sdk.RemoveTagsInput{ResourceArns: []string{id}, TagKeys: keys}
		},
	},
	"ecr": {
		func(s *store.Store) app {
			return ecr.New(ecr.Options{Store: s, Now: now, Naming: awsecr.Naming{AWS: true}})
		},
		"CreateRepository", func(keys []string) any {
			return &ecrsdk.CreateRepositoryInput{RepositoryName: aws.String("shop"), Tags: tags(keys, ofECR)}
		},
		"TagResource", "UntagResource",
		func(id string, keys []string) any {
			return &ecrsdk.TagResourceInput{ResourceArn: &id, Tags: tags(keys, ofECR)}
		},
		func(id string, keys []string) any { return &ecrsdk.UntagResourceInput{ResourceArn: &id, TagKeys: keys} },
	},
	"acm": {
		func(s *store.Store) app {
			return acm.New(acm.Options{Store: s, Now: now, Wall: func(t time.Time) time.Time { return t }})
		},
		"RequestCertificate", func(keys []string) any {
			return &acmsdk.RequestCertificateInput{DomainName: aws.String("example.com"), Tags: tags(keys, ofACM)}
		},
		"AddTagsToCertificate", "RemoveTagsFromCertificate",
		func(id string, keys []string) any {
			return &acmsdk.AddTagsToCertificateInput{CertificateArn: &id, Tags: tags(keys, ofACM)}
		},
		func(id string, keys []string) any {
			return &acmsdk.RemoveTagsFromCertificateInput{CertificateArn: &id, Tags: tags(keys, ofACM)}
		},
	},
	"scheduler": {
		func(s *store.Store) app { return scheduler.New(scheduler.Options{Store: s, Now: now}) },
		"CreateScheduleGroup", func(keys []string) any {
			return &schedulersdk.CreateScheduleGroupInput{Name: aws.String("g"), Tags: tags(keys, ofGroup)}
		},
		"TagResource", "UntagResource",
		func(id string, keys []string) any {
			return &schedulersdk.TagResourceInput{ResourceArn: &id, Tags: tags(keys, ofGroup)}
		},
		func(id string, keys []string) any {
			return &schedulersdk.UntagResourceInput{ResourceArn: &id, TagKeys: keys}
		},
	},
	"servicediscovery": {
		func(s *store.Store) app { return servicediscovery.New(servicediscovery.Options{Store: s, Now: now}) },
		"CreateHttpNamespace", func(keys []string) any {
			return &discoverysdk.CreateHttpNamespaceInput{Name: aws.String("n"), Tags: tags(keys, ofMap)}
		},
		"TagResource", "UntagResource",
		func(id string, keys []string) any {
			return &discoverysdk.TagResourceInput{ResourceARN: &id, Tags: tags(keys, ofMap)}
		},
		func(id string, keys []string) any {
			return &discoverysdk.UntagResourceInput{ResourceARN: &id, TagKeys: keys}
		},
	},
	"autoscaling": {
		func(s *store.Store) app { return autoscaling.New(autoscaling.Options{Store: s, Now: now}) },
		"CreateOrUpdateTags",
		func(keys []string) any { return &autoscalingsdk.CreateOrUpdateTagsInput{Tags: tags(keys, ofGroupTags)} },
		"CreateOrUpdateTags", "DeleteTags",
		func(_ string, keys []string) any {
			return &autoscalingsdk.CreateOrUpdateTagsInput{Tags: tags(keys, ofGroupTags)}
		},
		func(_ string, keys []string) any {
			return &autoscalingsdk.DeleteTagsInput{Tags: tags(keys, ofGroupTags)}
		},
	},
	"application-autoscaling": {
		func(s *store.Store) app { return applicationautoscaling.New(s, now) },
		"TagResource", scalable, "TagResource", "UntagResource", func(_ string, keys []string) any { return scalable(keys) },
		func(id string, keys []string) any {
			return &scalingsdk.UntagResourceInput{ResourceARN: &id, TagKeys: keys}
		},
	},
	"monitoring": {
		func(s *store.Store) app { return cloudwatch.New(cloudwatch.Options{Store: s, Now: now}) },
		"PutMetricAlarm", func(keys []string) any {
			return &cloudwatchsdk.PutMetricAlarmInput{
				AlarmName: aws.String("a"), Namespace: aws.String("n"), MetricName: aws.String("m"), Statistic: "Sum", Period: aws.Int32(60),
				EvaluationPeriods: aws.Int32(1), Threshold: aws.Float64(1), ComparisonOperator: "GreaterThanThreshold", Tags: tags(keys, ofAlarm),
			}
		},
		"TagResource", "UntagResource",
		func(id string, keys []string) any {
			return &cloudwatchsdk.TagResourceInput{ResourceARN: &id, Tags: tags(keys, ofAlarm)}
		},
		func(id string, keys []string) any {
			return &cloudwatchsdk.UntagResourceInput{ResourceARN: &id, TagKeys: keys}
		},
	},
}

// TestSystemTags: a stack gives its resources the system tags (CFN-105), which no client may give or take away, and which are none
// of the fifty that a resource may have.
func TestSystemTags(t *testing.T) {
	for name, of := range eachTagged {
		t.Run(name, func(t *testing.T) {
			rows, err := state.Open(store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			if err := rows.Update(func(tx *store.Tx) error {
				autoscalingrows.PutGroup(tx, group)
				scalingrows.Targets.Put(tx, target)
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			api := of.api(rows)
			service := api.Service()
			client := apiclient.New(apiclient.Options{
				Endpoint: service.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)}), Host: "localhost", Services: Find([]awsapi.Service{service}),
			})
			call := func(ctx context.Context, operation string, in any) error {
				return client.Do(ctx, apiclient.Root(scope), apiclient.Of(name, operation), in, nil)
			}
			has := func() (resourceARN string, keys []string) {
				tagged, tells := api.(tagging.Service)
				if !tells {
					for _, tag := range service.Tags(untold(name)) {
						keys = append(keys, tag.Key)
					}
					return untold(name), keys
				}
				for _, source := range tagged.Tagged() {
					for _, r := range source.Resources(rows.Read(), scope) {
						resourceARN = r.ARN
						for _, tag := range r.Tags {
							keys = append(keys, tag.Key)
						}
					}
				}
				return resourceARN, keys
			}
			plain, stack := t.Context(), apiclient.WithSystemTags(t.Context())
			var refused *apiclient.Error
			if err := call(plain, of.create, of.in(systemtag.Keys)); !errors.As(err, &refused) || refused.Status >= 500 {
				t.Errorf("a client makes system tags: %v", err)
			}
			if err := call(stack, of.create, of.in([]string{"aws:cloudformation:other"})); err == nil {
				t.Error("a stack makes any system tag")
			}
			if err := call(stack, of.create, of.in(systemtag.Keys)); err != nil {
				t.Fatalf("a stack makes a resource: %v", err)
			}
			id, keys := has()
			if len(keys) != len(systemtag.Keys) {
				t.Errorf("it has the tags %q", keys)
			}
			var own []string
			for i := range tagging.Most {
				own = append(own, fmt.Sprintf("own-%02d", i))
			}
			if err := call(plain, of.add, of.adds(id, own)); err != nil {
				t.Errorf("system tags count: %v", err)
			}
			if err := call(plain, of.add, of.adds(id, []string{"one-more"})); !errors.As(err, &refused) || refused.Status >= 500 {
				t.Errorf("own tags do not count: %v", err)
			}
			if err := call(plain, of.add, of.adds(id, systemtag.Keys[:1])); !errors.As(err, &refused) || refused.Status >= 500 {
				t.Errorf("a client changes a system tag: %v", err)
			}
			if err := call(plain, of.remove, of.removes(id, []string{own[0], systemtag.Keys[0]})); !errors.As(err, &refused) || refused.Status >= 500 {
				t.Errorf("a client removes a system tag: %v", err)
			}
			if err := call(stack, of.add, of.adds(id, append(slices.Clip(systemtag.Keys), own...))); err != nil {
				t.Errorf("a request has all tags: %v", err)
			}
			if err := call(plain, of.remove, of.removes(id, own)); err != nil {
				t.Errorf("own tags are not removed: %v", err)
			}
			if _, keys := has(); len(keys) != len(systemtag.Keys) || slices.Contains(keys, own[0]) {
				t.Errorf("in the end it has %q", keys)
			}
		})
	}
}
