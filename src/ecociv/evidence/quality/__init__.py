"""Quality control: declared rules over the evidence, marks that delete nothing, findings and what people decide."""
