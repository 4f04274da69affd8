package resourcegroupstaggingapi_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi"
	"github.com/aws/aws-sdk-go-v2/service/resourcegroupstaggingapi/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/handlers/resourcegroupstaggingapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, resourcegroupstaggingapi.New(resourcegroupstaggingapi.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, resourcegroupstaggingapi.New(resourcegroupstaggingapi.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*resourcegroupstaggingapi.API]())
}

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// scene is a client of an API over sources, and counts how often each was asked.
type scene struct {
	*apitest.Scene
	*sdk.Client
	asked map[string]int
}

// newScene has resources by their type: "web team=shop env=dev" is the last part of an ARN, and tags.
func newScene(t *testing.T, of map[string][]string) *scene {
	t.Helper()
	s := &scene{apitest.NewScene(t, scope), nil, map[string]int{}}
	o := resourcegroupstaggingapi.Options{Store: s.Store, Now: s.Clock}
	for resourceType, list := range of {
		o.Sources = append(o.Sources, tagging.Source{Type: resourceType, Resources: func(_ *store.Tx, of arn.Scope) (all []tagging.Resource) {
			s.asked[resourceType]++
			for _, each := range list {
				words := strings.Fields(each)
				r := tagging.Resource{ARN: place(of, resourceType) + words[0]}
				for _, tag := range words[1:] {
					key, value, _ := strings.Cut(tag, "=")
					r.Tags = append(r.Tags, tagging.Tag{Key: key, Value: value})
				}
				all = append(all, r)
			}
			return all
		}})
	}
	s.Client = sdk.NewFromConfig(s.Serve(resourcegroupstaggingapi.New(o).Service(), &promises))
	return s
}

// place is what the ARNs of a type begin with.
func place(s arn.Scope, resourceType string) string {
	service, rest, _ := strings.Cut(resourceType, ":")
	return "arn:" + s.Partition() + ":" + service + ":" + s.Region + ":" + s.Account + ":" + rest + "/"
}

// get returns the last parts of the ARNs that are answered.
func (s *scene) get(in sdk.GetResourcesInput) string {
	s.T.Helper()
	return names(apitest.OK(s.T, s.GetResources, &in))
}

func names(out *sdk.GetResourcesOutput) string {
	var list []string
	for _, m := range out.ResourceTagMappingList {
		list = append(list, arn.Name(*m.ResourceARN))
	}
	return strings.Join(list, " ")
}

// shop is resources of several services.
var shop = map[string][]string{
	"ecs:cluster": {"c1 env=dev"},
	"ecs:service": {"web team=shop env=dev", "jobs team=back env=prod"},
	"elasticloadbalancing:loadbalancer/app/lb": {"alb env=dev"},
	"elasticloadbalancing:loadbalancer/net/lb": {"nlb env=dev"},
	"elasticloadbalancing:targetgroup/blue":    {"tg env="},
	"ec2:instance":                             {"i-1 env=dev"},
}

func TestTypesOfResources(t *testing.T) {
	s := newScene(t, shop)
	for filter, want := range map[string]string{
		"":                           "i-1 c1 jobs web alb nlb tg",
		"ecs":                        "c1 jobs web",
		"ecs:service":                "jobs web",
		"ecs:serv":                   "",
		"ecs:cluster ecs:service":    "c1 jobs web",
		"elasticloadbalancing":       "alb nlb tg",
		"ec2:instance":               "i-1",
		"ec2:vpc":                    "",
		"s3":                         "",
		"states:stateMachine":        "",
		"ecs:service/":               "", // a type, and no beginning of an ARN
		"elasticloadbalancing:other": "",
		"elasticloadbalancing:loadbalancer/app elasticloadbalancing:targetgroup": "alb tg",
	} {
		if got := s.get(sdk.GetResourcesInput{ResourceTypeFilters: strings.Fields(filter)}); got != want {
			t.Errorf("%q lets %q through, want %q", filter, got, want)
		}
	}
	clear(s.asked)
	s.get(sdk.GetResourcesInput{ResourceTypeFilters: []string{"ecs:service"}})
	if len(s.asked) != 1 || s.asked["ecs:service"] != 1 {
		t.Errorf("the sources asked are %v", s.asked)
	}
}

func TestTagsOfResources(t *testing.T) {
	s := newScene(t, shop)
	for _, c := range []struct {
		filters []types.TagFilter
		want    string
	}{
		{[]types.TagFilter{{Key: aws.String("team")}}, "jobs web"},
		{[]types.TagFilter{{Key: aws.String("team"), Values: []string{"shop", "none"}}}, "web"},
		{[]types.TagFilter{{Key: aws.String("team"), Values: []string{"shop", "back"}}, {Key: aws.String("env"), Values: []string{"prod"}}}, "jobs"},
		{[]types.TagFilter{{Key: aws.String("env"), Values: []string{""}}}, "tg"},
		{[]types.TagFilter{{Key: aws.String("Team")}}, ""},
	} {
		if got := s.get(sdk.GetResourcesInput{TagFilters: c.filters}); got != c.want {
			t.Errorf("%v let %q through, want %q", c.filters, got, c.want)
		}
	}
	out := apitest.OK(t, s.GetResources, &sdk.GetResourcesInput{TagFilters: []types.TagFilter{{Key: aws.String("team"), Values: []string{"shop"}}}})
	if tags := out.ResourceTagMappingList[0].Tags; len(tags) != 2 || *tags[0].Key != "team" || *tags[0].Value != "shop" || *out.PaginationToken != "" {
		t.Errorf("answered %+v, token %q", tags, *out.PaginationToken)
	}
}

func TestResourcesByARN(t *testing.T) {
	s := newScene(t, shop)
	services := place(scope, "ecs:service")
	if got := s.get(sdk.GetResourcesInput{ResourceARNList: []string{services + "web", services + "none", "arn:aws:s3:::bucket"}}); got != "web" {
		t.Errorf("answered %q", got)
	}
	if s.asked["ecs:cluster"] != 0 {
		t.Error("a source was asked that has nothing of the list")
	}
}

func TestPagesOfResources(t *testing.T) {
	var many []string
	for i := range 250 {
		many = append(many, fmt.Sprintf("s%03d a=%d b=2 c=3", i, i))
	}
	s := newScene(t, map[string][]string{"ecs:service": many})
	for size, want := range map[*int32][]int{nil: {100, 100, 50}, aws.Int32(90): {90, 90, 70}} {
		if got := s.pages(&sdk.GetResourcesInput{ResourcesPerPage: size}, 250); !slices.Equal(got, want) {
			t.Errorf("pages have %v, want %v", got, want)
		}
	}
	// 33 resources with three tags are 99 of the hundred
	if got := s.pages(&sdk.GetResourcesInput{TagsPerPage: aws.Int32(100)}, 250); got[0] != 33 || len(got) != 8 {
		t.Errorf("pages have %v", got)
	}
	if got := s.pages(&sdk.GetResourcesInput{TagsPerPage: aws.Int32(100), ResourcesPerPage: aws.Int32(30)}, 250); got[0] != 30 {
		t.Errorf("pages have %v", got)
	}
}

// pages follows the tokens, and returns how many resources each answer has.
func (s *scene) pages(in *sdk.GetResourcesInput, all int) (sizes []int) {
	s.T.Helper()
	seen := map[string]bool{}
	for p := sdk.NewGetResourcesPaginator(s, in); p.HasMorePages(); {
		out, err := p.NextPage(s.T.Context())
		if err != nil {
			s.T.Fatal(err)
		}
		sizes = append(sizes, len(out.ResourceTagMappingList))
		for _, m := range out.ResourceTagMappingList {
			seen[*m.ResourceARN] = true
		}
	}
	if len(seen) != all {
		s.T.Errorf("pages have %d resources, want %d", len(seen), all)
	}
	return sizes
}

func TestTokensExpire(t *testing.T) {
	s := newScene(t, shop)
	in := &sdk.GetResourcesInput{ResourcesPerPage: aws.Int32(1)}
	in.PaginationToken = apitest.OK(t, s.GetResources, in).PaginationToken
	s.Now = s.Now.Add(15 * time.Minute)
	if got := names(apitest.OK(t, s.GetResources, in)); got != "c1" {
		t.Errorf("the second page has %q", got)
	}
	s.Now = s.Now.Add(time.Second)
	apitest.Refused(t, s.GetResources, in, "PaginationTokenExpiredException", "The PaginationToken has expired.")
}

func TestKeysAndValues(t *testing.T) {
	s := newScene(t, shop)
	if got := apitest.OK(t, s.GetTagKeys, &sdk.GetTagKeysInput{}).TagKeys; !slices.Equal(got, []string{"env", "team"}) {
		t.Errorf("keys are %v", got)
	}
	if got := apitest.OK(t, s.GetTagValues, &sdk.GetTagValuesInput{Key: aws.String("env")}).TagValues; !slices.Equal(got, []string{"", "dev", "prod"}) {
		t.Errorf("values are %q", got)
	}
	if out := apitest.OK(t, s.GetTagValues, &sdk.GetTagValuesInput{Key: aws.String("none")}); out.TagValues == nil || len(out.TagValues) > 0 || *out.PaginationToken != "" {
		t.Errorf("a key that is not there has %+v", out)
	}
}

func TestRefusals(t *testing.T) {
	s := newScene(t, shop)
	web := place(scope, "ecs:service") + "web"
	const out = " failed to satisfy constraint: Member must "
	for want, in := range map[string]sdk.GetResourcesInput{
		"1 validation error detected: Value '101' at 'resourcesPerPage'" + out + "have value less than or equal to 100": {ResourcesPerPage: aws.Int32(101)},
		"1 validation error detected: Value '0' at 'resourcesPerPage'" + out + "have value greater than or equal to 1":  {ResourcesPerPage: aws.Int32(0)},
		"1 validation error detected: Value '99' at 'tagsPerPage'" + out + "have value greater than or equal to 100":    {TagsPerPage: aws.Int32(99)},
		`":service" is not a resource type of the form service[:resourceType].`:                                         {ResourceTypeFilters: []string{":service"}},
		"ResourceARNList and TagFilters cannot be in one request.":                                                      {ResourceARNList: []string{web}, TagFilters: []types.TagFilter{{Key: aws.String("k")}}},
		"ResourceARNList and ResourceTypeFilters cannot be in one request.":                                             {ResourceARNList: []string{web}, ResourceTypeFilters: []string{"ecs"}},
		"ResourceARNList and ResourcesPerPage cannot be in one request.":                                                {ResourceARNList: []string{web}, ResourcesPerPage: aws.Int32(5)},
		"web is not a valid AmazonResourceName (ARN)":                                                                   {ResourceARNList: []string{"web"}},
		"The partition of arn:aws-cn:s3:::b is not aws.":                                                                {ResourceARNList: []string{"arn:aws-cn:s3:::b"}},
		"Each filter in TagFilters needs a Key.":                                                                        {TagFilters: []types.TagFilter{{Values: []string{"v"}}}},
		"The PaginationToken is not valid.":                                                                             {PaginationToken: aws.String("nonsense")},
		"ExcludeCompliantResources can be true only if IncludeComplianceDetails is true.":                               {ExcludeCompliantResources: aws.Bool(true)},
	} {
		apitest.Refused(t, s.GetResources, &in, "InvalidParameterException", want)
	}
	apitest.Refused(t, s.GetResources, &sdk.GetResourcesInput{IncludeComplianceDetails: aws.Bool(true)}, "NotImplementedException",
		"ecs-emulator does not implement compliance with tag policies (IncludeComplianceDetails); see "+awsapi.Page("tagging")+".")
	apitest.Refused(t, s.GetTagKeys, &sdk.GetTagKeysInput{PaginationToken: aws.String("1.x")}, "PaginationTokenExpiredException", "The PaginationToken has expired.")
}

func TestNonsense(t *testing.T) {
	s := newScene(t, shop)
	apitest.Nonsense(t, s.GetResources, sdk.GetResourcesInput{
		ResourceTypeFilters: []string{"ecs:service"}, TagFilters: []types.TagFilter{{Key: aws.String("team"), Values: []string{"shop"}}},
		ResourcesPerPage: aws.Int32(1), TagsPerPage: aws.Int32(100), PaginationToken: aws.String(""),
	})
	apitest.Nonsense(t, s.GetResources, sdk.GetResourcesInput{ResourceARNList: []string{place(scope, "ecs:service") + "web"}})
	apitest.Nonsense(t, s.GetTagKeys, sdk.GetTagKeysInput{PaginationToken: apitest.OK(t, s.GetResources, &sdk.GetResourcesInput{ResourcesPerPage: aws.Int32(1)}).PaginationToken})
	apitest.Nonsense(t, s.GetTagValues, sdk.GetTagValuesInput{Key: aws.String("team")})
}
