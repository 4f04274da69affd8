package sts

import (
	"compress/flate"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
)

func checkSessionPolicy(policy *string, partition string) error {
	if policy == nil {
		return nil
	}
	if why := iam.CheckSessionPolicy(*policy, partition); why != "" {
		return &types.MalformedPolicyDocumentException{Message: &why}
	}
	return nil
}

// maxPolicy is how many characters an inline session policy and the ARNs of managed ones have together. Source: STS API
// reference, AssumeRole.
const maxPolicy = 2048

// pack gives a session its policies, and returns how much these and the tags of the request take of their quota in percent;
// nil if there are none (recorded answers). AWS does not say how it packs them, so they count as they are, against the 2,048
// characters of policies. They are refused if they do not even fit when they are compressed (an assumption): AWS refuses more.
func pack(s *session.Session, policy *string, arns []types.PolicyDescriptorType, tags []types.Tag) (*int32, error) {
	s.Policy = aws.ToString(policy)
	for _, p := range arns {
		s.PolicyARNs = append(s.PolicyARNs, aws.ToString(p.Arn))
	}
	policies := s.Policy + strings.Join(s.PolicyARNs, "")
	if n := percent(len(policies)); n > 100 {
		return nil, tooLarge("Packed policy consumes %d%% of allotted space, please use smaller policy.", n)
	}
	var text strings.Builder
	for _, t := range tags {
		text.WriteString(aws.ToString(t.Key) + aws.ToString(t.Value))
	}
	if n := percent(compressed(policies + text.String())); n > 100 {
		return nil, tooLarge("Packed size of session tags consumes %d%% of allotted space.", n)
	}
	if n := percent(len(policies) + text.Len()); n > 0 {
		return aws.Int32(int32(min(n, 100))), nil
	}
	return nil, nil
}

func percent(size int) int { return (size*100 + maxPolicy - 1) / maxPolicy }

// tooLarge has AWS's words. Source: re:Post, how to avoid a PackedPolicyTooLarge error.
func tooLarge(format string, percent int) error {
	return &types.PackedPolicyTooLargeException{Message: aws.String(fmt.Sprintf(format, percent))}
}

// compressed is how many bytes a text has when it is compressed; a short one is not.
func compressed(text string) int {
	if len(text) <= maxPolicy {
		return len(text)
	}
	var n countingWriter
	w, _ := flate.NewWriter(&n, flate.DefaultCompression) // never fails with this level
	_, _ = io.WriteString(w, text)                        // nor do writes to a count
	_ = w.Close()
	return int(n)
}

type countingWriter int

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}
