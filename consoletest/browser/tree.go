package browser

import (
	"encoding/json"
	"slices"

	"github.com/chromedp/cdproto/accessibility"
)

// Node is one of the accessibility tree: what a screen reader tells of.
type Node struct {
	Role, Name string
	// Properties are its states by name, such as level, live, or focusable.
	Properties map[string]any
	// Within are the roles of what it is in, from the outside.
	Within []string
}

// Tree is the accessibility tree of the page, in the order in which it is read, without what it leaves out.
func (t *Tab) Tree() []Node {
	t.Helper()
	tree := call(t, "read the accessibility tree", accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{}).Nodes
	byID := map[accessibility.NodeID]*accessibility.Node{}
	for _, n := range tree {
		byID[n.NodeID] = n
	}
	var nodes []Node
	for _, n := range tree {
		if n.ParentID == "" {
			nodes = appendNode(nodes, n, byID, nil)
		}
	}
	return nodes
}

func appendNode(nodes []Node, n *accessibility.Node, byID map[accessibility.NodeID]*accessibility.Node, within []string) []Node {
	if !n.Ignored {
		node := Node{Role: text(n.Role), Name: text(n.Name), Properties: map[string]any{}, Within: within}
		for _, p := range n.Properties {
			var value any
			if p.Value != nil && json.Unmarshal(p.Value.Value, &value) == nil {
				node.Properties[string(p.Name)] = value
			}
		}
		nodes = append(nodes, node)
		within = append(slices.Clip(within), node.Role)
	}
	for _, id := range n.ChildIDs {
		if child := byID[id]; child != nil {
			nodes = appendNode(nodes, child, byID, within)
		}
	}
	return nodes
}

func text(v *accessibility.Value) (s string) {
	if v != nil {
		_ = json.Unmarshal(v.Value, &s) // roles and names are texts
	}
	return s
}
