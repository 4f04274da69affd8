package intrinsic

import "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/document"

// Budget is how many bytes functions may still make of a template: a choice, against templates that grow without bound.
type Budget struct{ left int }

const maxMade = 8 << 20

// NewBudget is enough for every template that AWS takes.
func NewBudget() *Budget { return &Budget{maxMade} }

// Take is an error once the functions have made too much.
func (b *Budget) Take(at document.Position, n int) error {
	if b.left -= n; b.left < 0 {
		return document.Errorf(at, "functions make more than %d bytes", maxMade)
	}
	return nil
}

// Text is a text that a function has made.
func (b *Budget) Text(at document.Position, text string) (*document.Value, error) {
	return &document.Value{Kind: document.Text, Text: text, At: at}, b.Take(at, len(text))
}

// List is a list of texts that a function has made.
func (b *Budget) List(at document.Position, texts []string) (*document.Value, error) {
	const overhead = 128
	v := &document.Value{Kind: document.List, At: at}
	for _, text := range texts {
		item, err := b.Text(at, text)
		if err == nil {
			err = b.Take(at, overhead)
		}
		if err != nil {
			return nil, err
		}
		v.Items = append(v.Items, item)
	}
	return v, nil
}
