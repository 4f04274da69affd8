package sts

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// Claims by which a token passes tags and a source identity. Tags are in one object, or each in a claim of its own.
// Source: IAM user guide, session tags; recorded answers.
const (
	claimOfTags           = "https://aws.amazon.com/tags"
	claimOfTag            = claimOfTags + "/principal_tags/"
	claimOfTransitive     = claimOfTags + "/transitive_tag_keys"
	claimOfSourceIdentity = "https://aws.amazon.com/source_identity"
)

func readPassed(c claims) (p passed, err error) {
	tags, transitive, ok := nestedTags(c[claimOfTags])
	flat, fine := c.texts(claimOfTransitive)
	p.transitive = append(transitive, flat...)
	for name := range c {
		key, is := strings.CutPrefix(name, claimOfTag)
		var value string
		if is && c.text(name, &value) {
			tags[key] = value
		} else if is {
			fine = false
		}
	}
	if !ok || !fine {
		return p, invalidToken("principal_tags passed in claim is not in correct format.") // recorded
	}
	if !c.text(claimOfSourceIdentity, &p.sourceIdentity) {
		return p, invalidToken("source_identity passed in claim is not in correct format.") // the text is a choice
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		p.tags = append(p.tags, types.Tag{Key: aws.String(key), Value: aws.String(tags[key])})
	}
	return p, nil
}

// nestedTags reads the object, in which each tag is a list with one value (recorded).
func nestedTags(text json.RawMessage) (tags map[string]string, transitive []string, ok bool) {
	tags = map[string]string{}
	if text == nil {
		return tags, nil, true
	}
	var nested struct {
		Tags       map[string][]string `json:"principal_tags"`
		Transitive []string            `json:"transitive_tag_keys"`
	}
	if json.Unmarshal(text, &nested) != nil {
		return tags, nil, false
	}
	for key, values := range nested.Tags {
		if len(values) != 1 {
			return tags, nil, false
		}
		tags[key] = values[0]
	}
	return tags, nested.Transitive, true
}
