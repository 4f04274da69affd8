package intrinsic

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"

// Budget is how many bytes functions may still make of a template: a choice, against templates that grow without bound. What
// makes a value takes first.
type Budget struct {
	left, most int
	whole      *Budget // of which this one is a part, or nil
}

const (
	// maxMade is what all functions of a template may make.
	maxMade = 8 << 20
	// maxOne is what the functions of one resource, or output, may make.
	maxOne = 1 << 20
)

// NewBudget is enough for every template that AWS takes.
func NewBudget() *Budget { return &Budget{left: maxMade, most: maxMade} }

// One is the part of a budget that one resource may have.
func (b *Budget) One() *Budget { return &Budget{left: maxOne, most: maxOne, whole: b} }

// ForFill is for the values that a resource gets once others are made. By the size of what it has already, so that all
// resources of a stack together are bounded, too.
func ForFill(v *document.Value) *Budget {
	most := min(maxOne, 64<<10+8*v.Size())
	return &Budget{left: most, most: most}
}

// Take is an error once the functions have made too much.
func (b *Budget) Take(at document.Position, n int) error {
	if b.left -= n; b.left < 0 {
		return document.Errorf(at, "functions make more than %d bytes", b.most)
	}
	if b.whole != nil {
		return b.whole.Take(at, n)
	}
	return nil
}

// Spent is whether more was to be taken than there is.
func (b *Budget) Spent() bool { return b.left < 0 || b.whole != nil && b.whole.Spent() }

// Text is a text that a function has made.
func (b *Budget) Text(at document.Position, text string) (*document.Value, error) {
	return &document.Value{Kind: document.Text, Text: text, At: at}, b.Take(at, len(text))
}

// List is a list of texts that a function has made.
func (b *Budget) List(at document.Position, texts []string) (*document.Value, error) {
	if err := b.takeItems(at, len(texts)); err != nil {
		return nil, err
	}
	v := &document.Value{Kind: document.List, At: at, Items: make([]*document.Value, 0, len(texts))}
	for _, text := range texts {
		item, err := b.Text(at, text)
		if err != nil {
			return nil, err
		}
		v.Items = append(v.Items, item)
	}
	return v, nil
}

// takeItems takes what the items of a list need beside their texts.
func (b *Budget) takeItems(at document.Position, n int) error { return b.Take(at, n*document.Overhead) }
