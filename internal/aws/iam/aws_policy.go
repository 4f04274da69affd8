package iam

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"time"
)

//go:generate go run ./generate

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

// AWSPolicyExists reports whether AWS has such a policy of its own. What most of them say is not known here: AWSPolicies
// has the ones that ECS users attach (AC81). Policies of partitions other than aws, which are not listed, are all taken to be
// there.
func AWSPolicyExists(arn, partition string) bool {
	name, is := cutAWSPolicy(arn, partition)
	return is && (partition != "aws" || awsPolicyNames()[name])
}

// awsNames are AWS's own policies in the partition aws with their paths, as ListPolicies answered
// them in August 2026, and the one of gateways, which came in September. AWS adds some each month.
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

// awsDocuments is a list of AWS's own policies with the documents of their default versions (AC80). It stays packed until a
// policy is first asked for.
//
//go:embed aws_policies.gz
var awsDocuments []byte

// listedPolicy is one of the list, by the names of AWS's API. Its dates and its version are AWS's. The description is empty
// where it is not known.
type listedPolicy struct {
	Arn, PolicyID, DefaultVersionID, Description string
	CreateDate, UpdateDate                       time.Time
	Document                                     json.RawMessage
}

// AWSPolicies returns AWS's own policies whose documents are known, in order of their names.
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
	known, _ := awsPoliciesOf.LoadOrStore(partition, readAWSPolicies(partition))
	return known.(*awsOwn)
}

var awsPoliciesOf sync.Map // partition → *awsOwn

func readAWSPolicies(partition string) *awsOwn {
	read := &awsOwn{byPath: map[string]*Policy{}}
	for _, p := range unpackAWSPolicies() {
		named, _ := cutAWSPolicy(p.Arn, "aws")
		slash := strings.LastIndexByte(named, '/') + 1
		policy := &Policy{
			Account: Account{Partition: partition, ID: awsAccount}, Name: named[slash:], Path: "/" + named[:slash], Description: p.Description,
			ID: p.PolicyID, CreatedAt: p.CreateDate, UpdatedAt: p.UpdateDate, Default: p.DefaultVersionID,
			Versions: []PolicyVersion{{ID: p.DefaultVersionID, CreatedAt: p.UpdateDate, Document: inPartition(p.Document, partition)}},
		}
		read.all, read.byPath[named] = append(read.all, policy), policy
	}
	return read
}

// unpackAWSPolicies panics if the program was built with a list that cannot be read.
func unpackAWSPolicies() (all []listedPolicy) {
	r, err := gzip.NewReader(bytes.NewReader(awsDocuments))
	if err != nil {
		panic(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		panic(err)
	}
	return all
}

// inPartition writes a document in lines, as AWS does, with the ARNs of a partition.
func inPartition(document json.RawMessage, partition string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, document, "", "    "); err != nil {
		panic(err)
	}
	return strings.ReplaceAll(b.String(), `"arn:aws:`, `"arn:`+partition+`:`)
}
