// Package lifecycle reads lifecycle policies of repositories, and decides which images expire by them. Nothing is deleted
// here.
package lifecycle

import (
	"encoding/json"
	"errors"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
)

// Policy is the rules by their priority, the first one before all others.
type Policy struct{ Rules []Rule }

// Rule says which images expire. Source: ECR user guide, lifecycle policy properties.
type Rule struct {
	Priority  int       `json:"rulePriority"`
	Selection Selection `json:"selection"`
}

// Selection is which images a rule is for, and which of these expire.
type Selection struct {
	TagStatus      string   `json:"tagStatus"`
	TagPrefixList  []string `json:"tagPrefixList"`
	TagPatternList []string `json:"tagPatternList"`
	CountType      string   `json:"countType"`
	CountNumber    int      `json:"countNumber"`
}

// Values of members of rules.
const (
	Tagged   = "tagged"
	Untagged = "untagged"
	Any      = "any"

	moreThan    = "imageCountMoreThan"
	sincePushed = "sinceImagePushed"
)

// ArchiveError refuses a rule that needs the archive storage class. It names the member and its value.
type ArchiveError struct{ Member, Value string }

func (e *ArchiveError) Error() string { return e.Member + " " + e.Value }

// Read reads a policy. Its error is an ArchiveError, or says what is wrong in the words of AWS where these are known.
func Read(text string) (*Policy, error) {
	var root any
	if json.Unmarshal([]byte(text), &root) != nil {
		return nil, errUnmapped
	}
	if err := checkPolicy(root); err != nil {
		return nil, err
	}
	var p Policy
	if json.Unmarshal([]byte(text), &p) != nil {
		return nil, errUnmapped
	}
	sorting.By(p.Rules, func(a, b Rule) int { return a.Priority - b.Priority })
	return &p, p.checkTogether()
}

// errUnmapped is of a field report.
//
//lint:ignore ST1005 these are AWS's words
var errUnmapped = errors.New("Could not map policyString into LifecyclePolicy.")

// checkTogether checks what rules say together. Source: ECR user guide, lifecycle policy properties; the words are the
// emulator's.
func (p *Policy) checkTogether() error {
	untagged := 0
	for i, r := range p.Rules {
		switch {
		case i > 0 && p.Rules[i-1].Priority == r.Priority:
			return errors.New("each rule must have a rulePriority of its own")
		case r.Selection.TagStatus == Any && i < len(p.Rules)-1:
			return errors.New("a rule with the tagStatus any must have the largest rulePriority, and be the only one")
		case r.Selection.TagStatus == Untagged:
			untagged++
		}
	}
	if untagged > 1 {
		return errors.New("only one rule may have the tagStatus untagged")
	}
	return nil
}
