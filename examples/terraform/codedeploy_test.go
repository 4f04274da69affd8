package terraform

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// TestCodeDeploy makes a service that CodeDeploy deploys, deploys it, imports what is CodeDeploy's, and removes all.
func TestCodeDeploy(t *testing.T) {
	t.Parallel()
	asRoot(t, runCodeDeploy)
}

func runCodeDeploy(t *testing.T, by *caller) {
	srv := by.start(t, emulator.Options{Speed: 60})
	p := newProject(t, srv, os.DirFS(modulesFolder+"/codedeploy"))
	p.attach()

	first := p.change("apply")
	if first.Add == 0 || first.Change+first.Remove > 0 {
		t.Errorf("the first apply made %+v", first)
	}
	p.settled()
	if second := p.change("apply", "-var=release=2"); second != (changes{Add: 1, Change: 1, Remove: 1}) { // the definition, and the group
		t.Errorf("the apply of a change made %+v", second)
	}
	p.settled("-var=release=2")

	deploy(t, codedeploy.NewFromConfig(srv.Config()), "web:2")
	p.settled("-var=release=2")

	forgotten := p.forgetSome("", map[string]string{
		"aws_codedeploy_app.shop":               "name",
		"aws_codedeploy_deployment_config.half": "id",
		"aws_codedeploy_deployment_group.web":   "shop:web",
	})
	if third := p.change("apply", "-var=release=2"); third != (changes{Import: forgotten}) {
		t.Errorf("the imports made %+v", third)
	}
	p.imported()
	p.settled("-var=release=2")
	if last := p.change("destroy", "-var=release=2"); last.Remove != first.Add {
		t.Errorf("%d resources were made, and destroy removed %+v", first.Add, last)
	}
}

// deploy deploys a task definition to the group of the module, and waits until it is there alone.
func deploy(t *testing.T, client *codedeploy.Client, definition string) {
	t.Helper()
	made, err := client.CreateDeployment(t.Context(), &codedeploy.CreateDeploymentInput{
		ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web"),
		Revision: &types.RevisionLocation{RevisionType: types.RevisionLocationTypeAppSpecContent, AppSpecContent: &types.AppSpecContent{Content: aws.String(fmt.Sprintf(
			`{"version": 0.0, "Resources": [{"TargetService": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": %q, "LoadBalancerInfo": {"ContainerName": "web", "ContainerPort": 80}}}}]}`,
			definition))}},
	})
	if err != nil {
		t.Fatal(err)
	}
	waiter := codedeploy.NewDeploymentSuccessfulWaiter(client, func(o *codedeploy.DeploymentSuccessfulWaiterOptions) {
		o.MinDelay, o.MaxDelay = time.Second, time.Second
	})
	if err := waiter.Wait(t.Context(), &codedeploy.GetDeploymentInput{DeploymentId: made.DeploymentId}, 5*time.Minute); err != nil {
		t.Fatal(err)
	}
}
