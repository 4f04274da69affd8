package emulator_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
)

// There are more ids of subnets than ranges, so some share one; their tasks do not share
// addresses.
func TestTasksInSubnetsThatShareARange(t *testing.T) {
	t.Parallel()
	w := start(t)
	definition, addresses := w.register("web", "app"), map[string]bool{}
	for _, subnet := range w.subnetsOfOneRange() {
		out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
			TaskDefinition: &definition, LaunchType: types.LaunchTypeFargate, NetworkConfiguration: &types.NetworkConfiguration{
				AwsvpcConfiguration: &types.AwsVpcConfiguration{Subnets: []string{subnet}},
			},
		})
		w.must(err)
		addresses[addressOf(w.untilRunning(*out.Tasks[0].TaskArn))] = true
	}
	if len(addresses) != 2 {
		t.Errorf("two tasks have the addresses %v", addresses)
	}
}

func (w *world) subnetsOfOneRange() []string {
	w.Helper()
	client, known := ec2.NewFromConfig(w.srv.Config()), map[string]string{}
	for n := 0; ; n++ {
		id := fmt.Sprintf("subnet-%08x", n)
		out, err := client.DescribeSubnets(w.Context(), &ec2.DescribeSubnetsInput{SubnetIds: []string{id}})
		w.must(err)
		block := aws.ToString(out.Subnets[0].CidrBlock)
		if other, shared := known[block]; shared {
			return []string{other, id}
		}
		known[block] = id
	}
}
