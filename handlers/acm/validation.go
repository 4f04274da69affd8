package acm

import (
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/sdk/acm/types"
)

// violations are those of ACM's model.
type violations struct{ constraint.Violations }

// form is a regular expression of the model, and what does the same here.
type form struct {
	model   string
	matches *lazyregexp.Regexp
}

func formOf(model string) form { return form{model, lazyregexp.New("^(?:" + model + ")$")} }

var (
	certificateARN = formOf(`arn:[\w+=/,.@-]+:acm:[\w+=/,.@-]*:[0-9]+:[\w+=,.@-]+(/[\w+=,.@-]+)*`)
	token          = formOf(`\w+`)
	tagText        = formOf(`[\p{L}\p{Z}\p{N}_.:\/=+\-@]*`)
	// domainName has no look-ahead, which Go has not.
	domainName = form{
		`(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])`,
		lazyregexp.New(`^(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]$`),
	}
)

func (v *violations) matches(member string, value *string, f form) {
	if value != nil && !f.matches.MatchString(*value) {
		v.Add("'"+*value+"'", member, "satisfy regular expression pattern: "+f.model)
	}
}

func (v *violations) certificateARN(value *string) {
	v.Required("certificateArn", value, 20, 2048)
	v.matches("certificateArn", value, certificateARN)
}

func (v *violations) domainName(member string, value *string) {
	v.Required(member, value, 1, 253)
	v.matches(member, value, domainName)
}

// blob checks bytes that no message may show.
func (v *violations) blob(member string, value []byte, high int) {
	switch {
	case value == nil:
	case len(value) == 0:
		v.Add("", member, "have length greater than or equal to 1")
	case len(value) > high:
		v.Add("", member, fmt.Sprintf("have length less than or equal to %d", high))
	}
}

// count checks how many there are in a list of structures that may be absent.
func (v *violations) count(member string, n, high int, given bool) {
	switch {
	case given && n == 0:
		v.Add("'[]'", member, "have length greater than or equal to 1")
	case n > high:
		v.Add("", member, fmt.Sprintf("have length less than or equal to %d", high))
	}
}

// maxTags is how many tags a request and a certificate have. Source: ACM API reference.
const maxTags = 50

func (v *violations) tags(tags []types.Tag) {
	v.count("tags", len(tags), maxTags, tags != nil)
	for i, t := range tags {
		member := fmt.Sprintf("tags.%d.member.", i+1)
		v.Required(member+"key", t.Key, 1, 128)
		v.matches(member+"key", t.Key, tagText)
		v.Text(member+"value", t.Value, 0, 256)
		v.matches(member+"value", t.Value, tagText)
	}
}
