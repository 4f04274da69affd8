package ec2_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/endpoint"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/instance"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/routing"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/securitygroup"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/vpc"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var (
	ctx   = context.Background()
	scope = arn.Scope{Region: "eu-west-1", Account: "123456789012"}
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, ec2.New(ec2.Options{}).Service())) }

func TestTable(t *testing.T) {
	apitest.Table(t, ec2.New(ec2.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*ec2.API](),
		reflect.TypeFor[*instance.API](), reflect.TypeFor[*vpc.API](), reflect.TypeFor[*securitygroup.API](), reflect.TypeFor[*routing.API](), reflect.TypeFor[*endpoint.API]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, ec2.New(ec2.Options{}).Service(), func(transport *http.Client) any {
		return sdk.New(sdk.Options{
			HTTPClient: transport, Region: scope.Region, RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider(scope.Account, "secret", ""),
		})
	})
}

type server struct {
	*sdk.Client
	engines engineroom.Board
	url     string
	store   *store.Store
	// tagsOf are the tags of a resource by its ARN, as policies see them.
	tagsOf func(resourceARN string) []tagging.Tag
	// whileSettling is what happens while an answer waits for addresses; or nil.
	whileSettling func()
}

func newServer(t *testing.T) *server { return start(t, false) }

func start(t *testing.T, strict bool) *server {
	t.Helper()
	return startAsking(t, strict, nil)
}

// startAsking starts a server that asks an authorizer.
func startAsking(t *testing.T, strict bool, authorize awsapi.Authorizer) *server {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := &server{store: rows}
	api := ec2.New(ec2.Options{Store: rows, Now: time.Now, StrictVPC: strict, Engines: &s.engines, Settle: func(context.Context) error {
		if s.whileSettling != nil {
			s.whileSettling()
		}
		return nil
	}})
	s.tagsOf = api.Service().Tags
	http := httptest.NewServer(api.Service().Handler(awsapi.Options{
		Logger: slog.New(slog.DiscardHandler), Observe: promises.Observe, Authorize: authorize,
	}))
	t.Cleanup(http.Close)
	s.url = http.URL
	s.Client = sdk.New(sdk.Options{
		BaseEndpoint: &s.url, Region: scope.Region, Retryer: apitest.Retryer(), HTTPClient: apitest.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider(scope.Account, "secret", ""),
	})
	return s
}

func must[O any](t *testing.T) func(out O, err error) O {
	return func(out O, err error) O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

func refused(t *testing.T, err error, code, message string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != code || api.ErrorMessage() != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	}
}

func filter(name string, values ...string) []types.Filter {
	return []types.Filter{{Name: &name, Values: values}}
}

func TestDefaultVPC(t *testing.T) {
	s := newServer(t)
	out := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{Filters: filter("is-default", "true")}))
	if len(out.Vpcs) != 1 {
		t.Fatalf("got %+v", out.Vpcs)
	}
	v := out.Vpcs[0]
	if *v.VpcId != ec2network.DefaultVPC || !*v.IsDefault || *v.CidrBlock != "172.31.0.0/16" || v.State != types.VpcStateAvailable ||
		*v.OwnerId != scope.Account || *v.CidrBlockAssociationSet[0].CidrBlock != "172.31.0.0/16" || v.Tags == nil {
		t.Errorf("got %+v", v)
	}
	none := must[*sdk.DescribeVpcsOutput](t)(s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{Filters: filter("isDefault", "false")}))
	if none.Vpcs == nil || len(none.Vpcs) != 0 {
		t.Errorf("got %+v", none.Vpcs)
	}
	_, err := s.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{"vpc-1"}})
	refused(t, err, "InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist")
}

// Ids of nothing that was made.
const (
	madeUpSubnet = "subnet-0123456789abcdef0"
	madeUpGroup  = "sg-0123abcd"
)

func TestSubnets(t *testing.T) {
	s := newServer(t)
	defaults, _ := ec2network.DefaultNetwork(scope)
	err := s.store.Update(func(tx *store.Tx) error {
		state.AddTask(tx, &state.Task{
			ARN: scope.Task("default", "1"), Spec: &state.TaskSpec{ClusterARN: scope.Cluster("default")},
			Placement: &state.Placement{SubnetID: defaults[0].ID},
			Status:    state.TaskStatus{LastStatus: state.Running},
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{})).Subnets
	if len(all) != 3 {
		t.Fatalf("got %d subnets", len(all))
	}
	first := all[0]
	if *first.SubnetId != defaults[0].ID || *first.CidrBlock != "172.31.0.0/20" || *first.AvailableIpAddressCount != 4096-5-1 ||
		*first.AvailabilityZone != "eu-west-1a" || *first.AvailabilityZoneId != "euw1-az1" || !*first.DefaultForAz || *first.VpcId != ec2network.DefaultVPC ||
		*first.SubnetArn != "arn:aws:ec2:eu-west-1:123456789012:subnet/"+defaults[0].ID {
		t.Errorf("got %+v", first)
	}

	for _, c := range []struct {
		in   sdk.DescribeSubnetsInput
		want []string
	}{
		{sdk.DescribeSubnetsInput{SubnetIds: []string{madeUpSubnet, defaults[2].ID}}, []string{madeUpSubnet, defaults[2].ID}},
		{sdk.DescribeSubnetsInput{Filters: filter("subnet-id", madeUpSubnet)}, []string{madeUpSubnet}},
		{sdk.DescribeSubnetsInput{Filters: filter("vpc-id", "vpc-1")}, nil},
		{sdk.DescribeSubnetsInput{Filters: append(filter("availability-zone", "eu-west-1b", "eu-west-1c"), filter("default-for-az", "true")...)},
			[]string{defaults[1].ID, defaults[2].ID}},
		{sdk.DescribeSubnetsInput{Filters: filter("default-for-az", "false")}, nil},
		{sdk.DescribeSubnetsInput{Filters: filter("subnet-id", "*2", "subnet-?")}, []string{defaults[1].ID}},
		{sdk.DescribeSubnetsInput{Filters: filter("cidr-block", "172.31.16.0/20")}, []string{defaults[1].ID}},
		{sdk.DescribeSubnetsInput{Filters: filter("tag:Name", "public")}, nil},
		{sdk.DescribeSubnetsInput{Filters: append(filter("state", "available"), filter("defaultForAz", "true")...), SubnetIds: []string{defaults[0].ID}},
			[]string{defaults[0].ID}},
	} {
		var got []string
		for _, subnet := range must[*sdk.DescribeSubnetsOutput](t)(s.DescribeSubnets(ctx, &c.in)).Subnets {
			got = append(got, *subnet.SubnetId)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.in, got, c.want)
		}
	}

	_, err = s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: []string{defaults[0].ID, "subnet-1"}})
	refused(t, err, "InvalidSubnetID.NotFound", "The subnet ID 'subnet-1' does not exist")
	_, err = s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{Filters: filter("colour", "red")})
	refused(t, err, "InvalidParameterValue", "The filter 'colour' is invalid")
	_, err = s.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{Filters: append(filter("vpc-id", make([]string, 200)...), filter("state", "x")...)})
	refused(t, err, "FilterLimitExceeded", "The maximum number of filter values specified on a single call is 200")
}

func TestSecurityGroups(t *testing.T) {
	s := newServer(t)
	for _, c := range []struct {
		in   sdk.DescribeSecurityGroupsInput
		want string
	}{
		{sdk.DescribeSecurityGroupsInput{}, ec2network.DefaultSecurityGroup},
		{sdk.DescribeSecurityGroupsInput{GroupIds: []string{madeUpGroup}}, madeUpGroup},
		{sdk.DescribeSecurityGroupsInput{GroupNames: []string{"default"}}, ec2network.DefaultSecurityGroup},
		{sdk.DescribeSecurityGroupsInput{Filters: filter("group-name", "default")}, ec2network.DefaultSecurityGroup},
		{sdk.DescribeSecurityGroupsInput{Filters: filter("group-id", madeUpGroup)}, madeUpGroup},
		{sdk.DescribeSecurityGroupsInput{Filters: filter("vpc-id", "vpc-1")}, ""},
	} {
		var got []string
		for _, g := range must[*sdk.DescribeSecurityGroupsOutput](t)(s.DescribeSecurityGroups(ctx, &c.in)).SecurityGroups {
			got = append(got, *g.GroupId)
			if *g.IpPermissionsEgress[0].IpRanges[0].CidrIp != "0.0.0.0/0" {
				t.Errorf("got %+v", g.IpPermissionsEgress)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: got %v, want %s", c.in, got, c.want)
		}
	}
	_, err := s.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{GroupIds: []string{"sg-1"}})
	refused(t, err, "InvalidGroup.NotFound", "The security group 'sg-1' does not exist")
	_, err = s.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{GroupNames: []string{"web"}})
	refused(t, err, "InvalidGroup.NotFound", "The security group 'web' does not exist in default VPC '"+ec2network.DefaultVPC+"'")
}

func TestAvailabilityZones(t *testing.T) {
	s := newServer(t)
	zones := must[*sdk.DescribeAvailabilityZonesOutput](t)(s.DescribeAvailabilityZones(ctx, &sdk.DescribeAvailabilityZonesInput{})).AvailabilityZones
	if len(zones) != 3 || *zones[2].ZoneName != "eu-west-1c" || *zones[2].ZoneId != "euw1-az3" || zones[2].State != types.AvailabilityZoneStateAvailable {
		t.Errorf("got %+v", zones)
	}
	one := must[*sdk.DescribeAvailabilityZonesOutput](t)(s.DescribeAvailabilityZones(ctx, &sdk.DescribeAvailabilityZonesInput{ZoneIds: []string{"euw1-az2"}}))
	if len(one.AvailabilityZones) != 1 || *one.AvailabilityZones[0].RegionName != scope.Region {
		t.Errorf("got %+v", one.AvailabilityZones)
	}
	_, err := s.DescribeAvailabilityZones(ctx, &sdk.DescribeAvailabilityZonesInput{ZoneNames: []string{"eu-west-1z"}})
	refused(t, err, "InvalidParameterValue", "Invalid availability zone: [eu-west-1z]")
}

func TestZoneIDsOfOtherRegions(t *testing.T) {
	s := newServer(t)
	for region, want := range map[string]string{
		"us-east-1": "use1-az1", "ap-southeast-2": "apse2-az1", "ap-northeast-1": "apne1-az1", "us-gov-west-1": "usgw1-az1", "cn-north-1": "cnn1-az1",
		"us--1": "us1-az1", // which a client may sign for
	} {
		out := must[*sdk.DescribeAvailabilityZonesOutput](t)(s.DescribeAvailabilityZones(ctx, &sdk.DescribeAvailabilityZonesInput{},
			func(o *sdk.Options) { o.Region = region }))
		if got := *out.AvailabilityZones[0].ZoneId; got != want {
			t.Errorf("%s: got %s, want %s", region, got, want)
		}
	}
}

func TestOtherActionsAreRefused(t *testing.T) {
	s := newServer(t)
	_, err := s.CreateVpnGateway(ctx, &sdk.CreateVpnGatewayInput{Type: types.GatewayTypeIpsec1})
	refused(t, err, "NotImplementedException", "ecs-emulator does not implement ec2 CreateVpnGateway; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ec2.md.")
}

func TestAnswerOnTheWire(t *testing.T) {
	s := newServer(t)
	resp, err := http.PostForm(s.url, url.Values{
		"Action": {"DescribeVpcs"}, "Version": {"2016-11-15"}, "Filter.1.Name": {"vpc-id"}, "Filter.1.Value.1": {"vpc-1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if got := string(body); !strings.HasPrefix(got, `<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>`) ||
		!strings.HasSuffix(got, `</requestId><vpcSet></vpcSet></DescribeVpcsResponse>`) {
		t.Errorf("got %s", got)
	}
}
