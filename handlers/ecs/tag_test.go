package ecs_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func (s *server) tags(t testing.TB, arn string) string {
	t.Helper()
	var pairs []string
	for _, each := range must[*sdk.ListTagsForResourceOutput](t)(s.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: &arn})).Tags {
		pairs = append(pairs, *each.Key+"="+aws.ToString(each.Value))
	}
	return strings.Join(pairs, " ")
}

func TestTagsOfEachResource(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	def := *s.register(t, "web").TaskDefinitionArn
	s.update(t, func(tx *store.Tx) {
		addTask(tx, "shop", "0123456789abcdef0123456789abcdef", state.Running, ourtypes.LaunchTypeFargate)
		state.PutService(tx, newService("shop", "web"))
	})
	for _, arn := range []string{
		testScope.Cluster("shop"), testScope.Service("shop", "web"), testScope.Task("shop", "0123456789abcdef0123456789abcdef"), def,
	} {
		must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &arn, Tags: tag("a", "1", "b", "2")}))
		must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &arn, Tags: tag("b", "3", "c", "4")}))
		if got := s.tags(t, arn); got != "a=1 b=3 c=4" {
			t.Errorf("%s: %s", arn, got)
		}
		must[*sdk.UntagResourceOutput](t)(s.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: &arn, TagKeys: []string{"a", "nope"}}))
		if got := s.tags(t, arn); got != "b=3 c=4" {
			t.Errorf("%s: %s", arn, got)
		}
	}
	out := must[*sdk.DescribeTaskDefinitionOutput](t)(s.DescribeTaskDefinition(ctx, &sdk.DescribeTaskDefinitionInput{
		TaskDefinition: aws.String("web"), Include: []types.TaskDefinitionField{types.TaskDefinitionFieldTags},
	}))
	if len(out.Tags) != 2 {
		t.Errorf("got %+v", out.Tags)
	}
}

func TestTagRefusals(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	cluster := testScope.Cluster("shop")
	var many []types.Tag
	for i := range 30 {
		many = append(many, tag(fmt.Sprint("k", i), "")...)
	}
	for _, c := range []struct {
		tags    []types.Tag
		message string
	}{
		{tag("a~", "b"), "Some tags contain invalid characters. Valid characters: UTF-8 letters, spaces, numbers and _ . / = + - : @."},
		{tag("AWS:mine", "b"), "Tag key must not start with aws:"},
		{tag("a", "b", "a", "c"), "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{[]types.Tag{{Value: aws.String("v")}}, "Tag key can not be empty."},
		{tag(strings.Repeat("x", 129), ""), "key length should be between 1 and 128"},
		{append(many, many...), "tags can have at most 50 items."},
	} {
		_, err := s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &cluster, Tags: c.tags})
		refused(t, err, "InvalidParameterException", c.message)
		_, err = s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("new"), Tags: c.tags})
		refused(t, err, "InvalidParameterException", c.message)
	}
	must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &cluster, Tags: many}))
	for i := range many {
		many[i].Key = aws.String(fmt.Sprint("l", i))
	}
	_, err := s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &cluster, Tags: many})
	refused(t, err, "InvalidParameterException", "The number of tags cannot exceed 50.")
	_, err = s.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: &cluster, TagKeys: []string{"aws:ecs:clusterName"}})
	refused(t, err, "InvalidParameterException", "Tag key must not start with aws:")
}

func TestTagsOfWhatIsNotThere(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "old")
	must[*sdk.DeleteClusterOutput](t)(s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("old")}))
	for _, c := range []struct{ arn, code, message string }{
		{testScope.Cluster("nope"), "ClusterNotFoundException", "Cluster not found."},
		{testScope.Cluster("old"), "InvalidParameterException", "The specified cluster is inactive. Specify an active cluster and try again."},
		{testScope.Service("shop", "web"), "InvalidParameterException", "The specified service is not found."},
		{testScope.Prefix() + "service/web", "InvalidParameterException", "Long arn format must be used for tagging operations"},
		{testScope.Task("shop", "1"), "InvalidParameterException", "The specified task is not found."},
		{testScope.TaskDefinition("web", 1), "ClientException", "The specified task definition is not found."},
		{strings.Replace(testScope.Cluster("old"), testRegion, "us-east-1", 1), "InvalidParameterException", "Invalid Region in ARN"},
		{elsewhere(testScope.Cluster("shop")), "ClusterNotFoundException", "Cluster not found."},
		{elsewhere(testScope.Service("shop", "web")), "InvalidParameterException", "The specified service is not found."},
		{elsewhere(testScope.Task("shop", "1")), "InvalidParameterException", "The specified task is not found."},
		{elsewhere(testScope.TaskDefinition("web", 1)), "ClientException", "The specified task definition is not found."},
		{strings.Replace(testScope.Service("shop", "web"), "arn:aws:", "arn:aws-cn:", 1), "InvalidParameterException", "The specified service is not found."},
		{"web", "InvalidParameterException", "The ARN provided is invalid."},
		{testScope.Prefix() + "container/shop/1/2", "InvalidParameterException", "The ARN provided is invalid."},
		{testScope.ContainerInstance("shop", "1"), "InvalidParameterException", "The specified container instance is not found."},
	} {
		_, err := s.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: &c.arn})
		refused(t, err, c.code, c.message)
		_, err = s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &c.arn, Tags: tag("a", "b")})
		refused(t, err, c.code, c.message)
	}
}
