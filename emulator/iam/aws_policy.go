package iam

import (
	"embed"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"
)

// awsAccount stands in the ARNs of AWS's own policies in place of an account.
const awsAccount = "aws"

// IsAWSPolicy reports whether an ARN has the form of AWS's own policies. There are some
// thousand; AWSPolicies knows those that ECS users meet.
func IsAWSPolicy(arn, partition string) bool {
	return strings.HasPrefix(arn, "arn:"+partition+":iam::"+awsAccount+":policy/")
}

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
}

// AWSPolicies returns AWS's own policies that are known, in order of their names.
func AWSPolicies(partition string) []*Policy {
	byPartition, _ := awsPoliciesOf.Load(partition)
	if byPartition == nil {
		byPartition, _ = awsPoliciesOf.LoadOrStore(partition, readAWSPolicies(partition))
	}
	return byPartition.([]*Policy)
}

var awsPoliciesOf sync.Map // partition → []*Policy

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
	slices.SortFunc(read, func(a, b *Policy) int { return strings.Compare(a.Name, b.Name) })
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
