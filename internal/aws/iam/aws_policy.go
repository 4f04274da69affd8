package iam

import (
	"embed"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// awsAccount stands in the ARNs of AWS's own policies in place of an account.
const awsAccount = "aws"

// IsAWSPolicy reports whether an ARN has the form of AWS's own policies.
func IsAWSPolicy(arn, partition string) bool {
	_, is := cutAWSPolicy(arn, partition)
	return is
}

// cutAWSPolicy is the path and the name of one of AWS's own policies.
func cutAWSPolicy(arn, partition string) (name string, is bool) {
	return strings.CutPrefix(arn, "arn:"+partition+":iam::"+awsAccount+":policy/")
}

// AWSPolicyExists reports whether AWS has such a policy of its own. What most of them
// say is not known here: AWSPolicies knows those that ECS users meet. Those of partitions other than
// aws, which are not listed, are all taken to be there.
func AWSPolicyExists(arn, partition string) bool {
	name, is := cutAWSPolicy(arn, partition)
	return is && (partition != "aws" || awsPolicyNames()[name])
}

// awsNames are AWS's own policies in the partition aws with their paths, as ListPolicies answered
// them in August 2026. AWS adds some each month.
//
//go:embed aws_policies/names.txt
var awsNames string

var awsPolicyNames = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for name := range strings.FieldsSeq(awsNames) {
		names[name] = true
	}
	return names
})

//go:embed aws_policies/*.json
var awsDocuments embed.FS

// awsPolicies are AWS's own policies whose documents are in aws_policies. Their versions
// are those of the documents. Source: AWS managed policy reference, times to the minute.
var awsPolicies = []struct {
	path, name, version, description string
	created, updated                 string
}{
	{"/service-role/", "AmazonECSTaskExecutionRolePolicy", "v1",
		"Provides access to other AWS service resources that are required to run Amazon ECS tasks",
		"2017-11-16T18:48Z", "2017-11-16T18:48Z"},
	{"/service-role/", "AmazonEC2ContainerServiceforEC2Role", "v7",
		"Default policy for the Amazon EC2 Role for Amazon EC2 Container Service.",
		"2015-03-19T18:45Z", "2023-03-06T22:19Z"},
	{"/service-role/", "AmazonEC2ContainerServiceRole", "v2",
		"Default policy for Amazon ECS service role.",
		"2015-04-09T16:14Z", "2016-08-11T13:08Z"},
	{"/service-role/", "AmazonEC2ContainerServiceAutoscaleRole", "v2",
		"Policy to enable Task Autoscaling for Amazon EC2 Container Service",
		"2016-05-12T23:25Z", "2018-02-05T19:15Z"},
	{"/service-role/", "AmazonEC2ContainerServiceEventsRole", "v3",
		"Policy to enable CloudWatch Events for EC2 Container Service",
		"2017-05-30T16:51Z", "2023-03-06T22:25Z"},
	{"/", "AmazonECS_FullAccess", "v20",
		"Provides administrative access to Amazon ECS resources and enables ECS features through access to other AWS service resources, including VPCs, Auto Scaling groups, and CloudFormation stacks.",
		"2017-11-07T21:36Z", "2023-01-04T16:26Z"},
	{"/", "AmazonSSMManagedInstanceCore", "v2",
		"The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.",
		"2019-03-15T17:22Z", "2019-05-23T16:54Z"},
	{"/", "AmazonSSMReadOnlyAccess", "v1",
		"Provides read only access to Amazon SSM.",
		"2015-05-29T17:44Z", "2015-05-29T17:44Z"},
	{"/service-role/", "AmazonECSInfrastructureRolePolicyForVolumes", "v5",
		"Provides access to other AWS service resources required to manage volumes associated with ECS workloads on your behalf.",
		"2024-01-10T22:56Z", "2026-02-12T18:02Z"},
	{"/", "AmazonECSInfrastructureRolePolicyForLoadBalancers", "v6",
		"Provides access to other AWS service resources required to manage load balancers associated with ECS workloads on your behalf.",
		"2025-07-17T16:37Z", "2026-02-12T18:01Z"},
	{"/service-role/", "AmazonECSInfrastructureRolePolicyForServiceConnectTransportLayerSecurity", "v4",
		"Provides administrative access to Private Certificate Authority, AWS Secrets Manager and other AWS Services required to manage ECS Service Connect TLS features on your behalf.",
		"2024-01-19T20:08Z", "2026-02-12T18:02Z"},
	{"/", "AmazonECSInfrastructureRolePolicyForVpcLattice", "v1",
		"Provides access to other AWS service resources required to manage VPC Lattice feature in ECS workloads on your behalf.",
		"2024-11-15T20:02Z", "2024-11-15T20:02Z"},
	{"/", "AmazonEC2ContainerRegistryReadOnly", "v3",
		"Provides read-only access to Amazon EC2 Container Registry repositories.",
		"2015-12-21T17:04Z", "2019-12-10T20:56Z"},
	{"/", "AmazonEC2ContainerRegistryPullOnly", "v1",
		"Provides access to pull images from Amazon EC2 Container Registry repositories.",
		"2024-10-04T16:58Z", "2024-10-04T16:58Z"},
	{"/", "AmazonEC2ContainerRegistryPowerUser", "v3",
		"Provides full access to Amazon EC2 Container Registry repositories, but does not allow repository deletion or policy changes.",
		"2015-12-21T17:05Z", "2019-12-10T20:48Z"},
	{"/", "AmazonElasticFileSystemClientFullAccess", "v1",
		"Provides root client access to an Amazon EFS file system",
		"2020-01-13T16:27Z", "2020-01-13T16:27Z"},
	{"/", "AmazonElasticFileSystemClientReadOnlyAccess", "v1",
		"Provides read only client access to an Amazon EFS file system",
		"2020-01-13T16:24Z", "2020-01-13T16:24Z"},
	{"/", "AmazonElasticFileSystemClientReadWriteAccess", "v1",
		"Provides read and write client access to an Amazon EFS file system",
		"2020-01-13T16:21Z", "2020-01-13T16:21Z"},
	{"/", "CloudWatchAgentServerPolicy", "v3",
		"Permissions required to use AmazonCloudWatchAgent on servers",
		"2018-03-07T01:06Z", "2024-02-06T16:37Z"},
	{"/", "AWSXRayDaemonWriteAccess", "v2",
		"Allow the AWS X-Ray Daemon to relay raw trace segments data to the service's API and retrieve sampling data (rules, targets, etc.) to be used by the X-Ray SDK.",
		"2018-08-28T23:00Z", "2024-02-13T21:58Z"},
	{"/", "AmazonS3ReadOnlyAccess", "v3",
		"Provides read only access to all buckets via the AWS Management Console.",
		"2015-02-06T18:40Z", "2023-08-10T21:31Z"},
	{"/", "AmazonSSMFullAccess", "v4",
		"Provides full access to Amazon SSM.",
		"2015-05-29T17:39Z", "2019-11-20T20:08Z"},
}

// AWSPolicies returns AWS's own policies that are known, in order of their names.
func AWSPolicies(partition string) []*Policy { return awsPoliciesIn(partition).all }

// awsOwn are AWS's own policies in a partition.
type awsOwn struct {
	all    []*Policy
	byPath map[string]*Policy // by path and name, without the first slash
}

func awsPoliciesIn(partition string) *awsOwn {
	if known, found := awsPoliciesOf.Load(partition); found {
		return known.(*awsOwn)
	}
	read := &awsOwn{all: readAWSPolicies(partition), byPath: map[string]*Policy{}}
	for _, p := range read.all {
		read.byPath[strings.TrimPrefix(p.Path, "/")+p.Name] = p
	}
	known, _ := awsPoliciesOf.LoadOrStore(partition, read)
	return known.(*awsOwn)
}

var awsPoliciesOf sync.Map // partition → *awsOwn

func readAWSPolicies(partition string) (read []*Policy) {
	for _, p := range awsPolicies {
		document, err := awsDocuments.ReadFile("aws_policies/" + p.name + ".json")
		if err != nil {
			panic(err) // the program was built without it
		}
		policy := &Policy{
			Account: Account{Partition: partition, ID: awsAccount}, Name: p.name, Path: p.path, Description: p.description,
			ID: awsPolicyID(p.name), CreatedAt: minute(p.created), UpdatedAt: minute(p.updated), Default: p.version,
		}
		policy.Versions = []PolicyVersion{{
			ID: p.version, CreatedAt: policy.UpdatedAt,
			Document: strings.ReplaceAll(strings.TrimSpace(string(document)), `"arn:aws:`, `"arn:`+partition+`:`),
		}}
		read = append(read, policy)
	}
	sorting.By(read, func(a, b *Policy) int { return strings.Compare(a.Name, b.Name) })
	return read
}

// awsPolicyID is the same in each run, as AWS's are; it is not AWS's own.
func awsPolicyID(name string) string {
	hash := fnv.New128a()
	_, _ = hash.Write([]byte(name)) // never fails
	id := []byte(PolicyID)
	for _, b := range hash.Sum(nil) {
		id = append(id, 'A'+b%26)
	}
	return string(append(id, 'A'))
}

func minute(s string) time.Time {
	t, err := time.Parse("2006-01-02T15:04Z", s)
	if err != nil {
		panic(err)
	}
	return t
}
