package codedeploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ecstypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, codedeploy.New(codedeploy.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, codedeploy.New(codedeploy.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*codedeploy.API]())
}

// Each code that is refused with is one that the SDK knows.
func TestCodesAreTheModels(t *testing.T) {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/aws/aws-sdk-go-v2/service/codedeploy/types").Output()
	if err != nil {
		t.Fatal(err)
	}
	known, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "errors.go"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range regexp.MustCompile(`"(\w+Exception)"`).FindAllStringSubmatch(string(text), -1) {
			found++
			if !strings.Contains(string(known), "type "+code[1]+" struct") && code[1] != "NotImplementedException" {
				t.Errorf("%s: the model has no %s", file, code[1])
			}
		}
	}
	if found < 60 {
		t.Errorf("found %d codes", found)
	}
}

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// scene is an API over an empty store, and a client of it.
type scene struct {
	*apitest.Scene
	*sdk.Client
}

func newScene(t *testing.T, options ...func(*codedeploy.Options)) *scene {
	t.Helper()
	s := apitest.NewScene(t, scope)
	o := codedeploy.Options{Store: s.Store, Now: s.Clock, Runs: true}
	for _, set := range options {
		set(&o)
	}
	return &scene{s, sdk.NewFromConfig(s.Serve(codedeploy.New(o).Service(), &promises))}
}

const (
	own      = "arn:aws:codedeploy:us-east-1:123456789012:"
	role     = "arn:aws:iam::123456789012:role/deployer"
	balancer = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/web/0123456789abcdef/"
)

// service makes a service of Amazon ECS with a deployment controller, in the cluster c.
func (s *scene) service(name string, controller ecstypes.DeploymentControllerType) {
	s.T.Helper()
	var d state.Deployment
	d.ID, d.Primary, d.Revision = "ecs-svc/0123456789012345678", true, &state.ServiceRevision{}
	if err := s.Store.Update(func(tx *store.Tx) error {
		state.PutService(tx, &state.Service{ARN: scope.Service("c", name), Name: name, ClusterARN: scope.Cluster("c"), DeploymentController: controller, Deployments: []*state.Deployment{&d}})
		return nil
	}); err != nil {
		s.T.Fatal(err)
	}
}

// application makes an application of a platform.
func (s *scene) application(name string, platform types.ComputePlatform) {
	s.T.Helper()
	apitest.OK(s.T, s.CreateApplication, &sdk.CreateApplicationInput{ApplicationName: &name, ComputePlatform: platform})
}

// groupOf is a deployment group of the service api with what is demanded alone.
func groupOf(app, name string) *sdk.CreateDeploymentGroupInput {
	return &sdk.CreateDeploymentGroupInput{
		ApplicationName: &app, DeploymentGroupName: &name, ServiceRoleArn: aws.String(role),
		EcsServices:      []types.ECSService{{ClusterName: aws.String("c"), ServiceName: aws.String("api")}},
		LoadBalancerInfo: &types.LoadBalancerInfo{TargetGroupPairInfoList: []types.TargetGroupPairInfo{pair()}},
		DeploymentStyle:  &types.DeploymentStyle{DeploymentType: types.DeploymentTypeBlueGreen, DeploymentOption: types.DeploymentOptionWithTrafficControl},
	}
}

func pair() types.TargetGroupPairInfo {
	return types.TargetGroupPairInfo{
		TargetGroups:     []types.TargetGroupInfo{{Name: aws.String("blue")}, {Name: aws.String("green")}},
		ProdTrafficRoute: &types.TrafficRoute{ListenerArns: []string{balancer + "1"}},
	}
}

// group makes the application shop with the deployment group web of the service api.
func (s *scene) group() {
	s.T.Helper()
	s.service("api", ecstypes.DeploymentControllerTypeCodeDeploy)
	s.application("shop", types.ComputePlatformEcs)
	apitest.OK(s.T, s.CreateDeploymentGroup, groupOf("shop", "web"))
}
